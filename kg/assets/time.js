// Dates, spans of time and other typed values: as days to sort and filter by, and as words.

const DAY = 86400000;
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const SEASONS = { 21: ["spring", 3, 5], 22: ["summer", 6, 8], 23: ["autumn", 9, 11], 24: ["winter", 12, 14] };

// [first, last] day number of a literal [text, datatype], or null when it is no date. EDTF: ~ and ? are dropped, ".." is open.
function daysOf([text]) {
  const [from, to] = text.includes("/") ? text.split("/") : [text, text];
  const first = dayRange(from);
  const last = dayRange(to);
  if (!first && !last) return null;
  return [(first || last)[0], (last || first)[1]];
}

function dayRange(text) {
  const match = /^(-?\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec((text || "").replace(/[~?%]/g, "").replace(/X/g, "0"));
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2] || 0), Number(match[3] || 0)];
  const days = (y, m, d) => Math.round(Date.UTC(y, m, d) / DAY);
  if (day) return [days(year, month - 1, day), days(year, month - 1, day)];
  if (SEASONS[month]) return [days(year, SEASONS[month][1] - 1, 1), days(year, SEASONS[month][2], 0)];
  if (month) return [days(year, month - 1, 1), days(year, month, 0)];
  return [days(year, 0, 1), days(year, 11, 31)];
}

function isoDay(day) {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

function sayDate(text) {
  if (text.includes("/")) {
    const [from, to] = text.split("/").map((part) => (part && part !== ".." ? sayDate(part) : ""));
    return from && to ? `${from} to ${to}` : from ? `from ${from}` : `until ${to}`;
  }
  const match = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d:\d\d))?/.exec(text);
  if (!match) return text;
  const [, year, month, day, hour] = match;
  const about = /[~?%]/.test(text) ? "about " : "";
  if (!month) return about + year;
  const named = SEASONS[Number(month)]?.[0] || MONTHS[Number(month) - 1] || month;
  return about + (day ? `${Number(day)} ` : "") + `${named} ${year}` + (hour && hour !== "00:00" ? `, ${hour}` : "");
}

// A stretch of days in words: a year or a month by its name.
function sayDays(from, to) {
  const [first, last] = [isoDay(from), isoDay(to)];
  const whole = [first, first.slice(0, 7), first.slice(0, 4)].find((part) => { const days = dayRange(part); return days[0] === from && days[1] === to; });
  return whole ? sayDate(whole) : `${sayDate(first)} to ${sayDate(last)}`;
}

function sayDuration(text) {
  const match = /^-?P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/.exec(text);
  if (!match) return text;
  const units = ["year", "month", "week", "day", "hour", "minute", "second"];
  return match.slice(1).map((n, i) => (n ? plural(Number(n), units[i]) : "")).filter(Boolean).join(" ");
}

function sayValue([text, datatype]) {
  const type = (datatype || "").split(/[:#]/).pop();
  if (type === "boolean") return text === "true" || text === "1" ? "" : "no";
  if (type === "duration") return sayDuration(text);
  if (["date", "gYearMonth", "gYear", "dateTime", "EDTF"].includes(type)) return sayDate(text);
  if (["decimal", "integer", "double"].includes(type) && Number.isFinite(Number(text))) return Number(text).toLocaleString("en", { maximumFractionDigits: 6 });
  return text;
}

// From when until when something holds, in words; either end may be missing, and an end may itself be "some time before".
function sayPeriod(since, until) {
  const end = until ? sayDate(until[0]) : "";
  return [since ? `from ${sayDate(since[0])}` : "", until ? (end.startsWith("until ") ? end : `until ${end}`) : ""].filter(Boolean).join(" ");
}

// Where a statement stands in time order: its own date, else its article's.
const timeKey = (s) => (s.days ? s.days[0] : articles[s.article].date ? daysOf([articles[s.article].date])?.[0] ?? Infinity : Infinity);
const inTimeOrder = (list) => [...list].sort((a, b) => timeKey(a) - timeKey(b) || a.id - b.id);

// First and last day of a list of [first, last], without the few far ones that would squeeze all others together.
function mainSpan(ranges) {
  const first = ranges.map((r) => r[0]).sort((a, b) => a - b);
  const last = ranges.map((r) => r[1]).sort((a, b) => a - b);
  const end = first.length - 1;
  const cut = Math.floor(first.length * 0.1);
  const [least, most] = [first[cut], last[end - cut]];
  const far = Math.max(365, most - least) * 1.5;
  return [first.find((day) => day >= least - far), last[last.findLastIndex((day) => day <= most + far)]];
}
