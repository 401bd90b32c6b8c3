"""Words for currencies, units of measure and of time, as tables: what :mod:`kg.extract.values` builds its patterns from."""

from __future__ import annotations


def _table(text: str) -> dict[str, str]:
    """Return ``{word: name}`` of lines "name: word, word"."""
    rows = (line.split(": ") for line in text.strip().splitlines())
    return {word: name for name, words in rows for word in words.split(", ")}


#: ISO 4217 code by sign; a sign that several countries use stands for the one meant most often in English news
SIGNS = _table("""
USD: $, US$, USD$
AUD: A$, AU$
CAD: C$, CA$
NZD: NZ$
HKD: HK$
SGD: S$
BRL: R$
TWD: NT$
GBP: £
EUR: €
JPY: ¥
INR: ₹, Rs, Rs.
RUB: ₽
KRW: ₩
ILS: ₪
TRY: ₺
UAH: ₴
NGN: ₦
THB: ฿
VND: ₫
PHP: ₱
""")
#: codes that are written before or after an amount
_CODES = "USD EUR GBP JPY CHF CAD AUD NZD CNY INR RUB SEK NOK DKK PLN BRL MXN ZAR KRW TRY SGD HKD AED SAR ILS UAH NGN KES"
CODES = tuple(_CODES.split())
#: code by currency word; where no one country is meant by custom, the word itself stays the unit ("franc")
CURRENCIES = _table("""
USD: dollar, buck, dlr
EUR: euro
GBP: sterling, stg
INR: rupee
JPY: yen
CNY: yuan, renminbi
RUB: ruble, rouble
KRW: won
ZAR: rand
THB: baht
PLN: zloty
ILS: shekel
UAH: hryvnia
NGN: naira
MYR: ringgit
IDR: rupiah
VND: dong
BDT: taka
HUF: forint
TRY: lira
lira: lire
mark: mark
guilder: guilder
AED: dirham
SAR: riyal
BRL: real, reais
franc: franc
peso: peso
krona: krona, kronor
krone: krone, kroner
dinar: dinar
shilling: shilling
crown: crown
bitcoin: bitcoin
""")
#: country code by the adjective before a currency word ("Canadian dollars")
NATIONS = _table("""
US: us, u.s., american
CA: canadian
AU: australian
NZ: new zealand
HK: hong kong
SG: singapore
GB: british, uk
CH: swiss
IN: indian
PK: pakistani
LK: sri lankan
NP: nepalese
MX: mexican
AR: argentine
CL: chilean
CO: colombian
PH: philippine
SE: swedish
NO: norwegian
DK: danish
IS: icelandic
CZ: czech
JP: japanese
CN: chinese
KE: kenyan
UG: ugandan
TZ: tanzanian
IQ: iraqi
JO: jordanian
KW: kuwaiti
TR: turkish
""")
#: last letter of the code a country's currency has, by currency word
LETTERS = _table("""
D: dollar, dlr, dinar
P: pound, peso
F: franc
R: rupee
K: krona, kronor, krone, kroner, crown
S: shilling
Y: yen, yuan, lira
""")
#: name in the singular by spelling of a unit of measure
UNITS = _table("""
kilometre: km, kilometre, kilometres, kilometer, kilometers
metre: metre, metres, meter, meters
centimetre: cm, centimetre, centimetres, centimeter, centimeters
millimetre: mm, millimetre, millimetres, millimeter, millimeters
mile: mile, miles
foot: foot, feet, ft
inch: inch, inches
yard: yard, yards
acre: acre, acres
hectare: ha, hectare, hectares
tonne: tonne, tonnes
ton: ton, tons
kilogram: kg, kilo, kilos, kilogram, kilograms, kilogramme, kilogrammes
gram: gram, grams, gramme, grammes
milligram: mg, milligram, milligrams
pound: pound, pounds, lb, lbs
ounce: ounce, ounces, oz
stone: stone
litre: litre, litres, liter, liters
millilitre: ml, millilitre, millilitres, milliliter, milliliters
gallon: gallon, gallons
barrel: barrel, barrels
bushel: bushel, bushels
carat: carat, carats
kilometre per hour: km/h, kph, kmh
mile per hour: mph
metre per second: m/s
knot: knot, knots
degree Celsius: °C, ℃, celsius
degree Fahrenheit: °F, ℉, fahrenheit
degree: °, degree, degrees
watt: watt, watts
kilowatt: kW, kilowatt, kilowatts
megawatt: MW, megawatt, megawatts
gigawatt: GW, gigawatt, gigawatts
kilowatt hour: kWh
megawatt hour: MWh
gigawatt hour: GWh
volt: volt, volts
hertz: Hz, hertz
megahertz: MHz, megahertz
gigahertz: GHz, gigahertz
byte: byte, bytes
kilobyte: kB, kilobyte, kilobytes
megabyte: MB, megabyte, megabytes
gigabyte: GB, gigabyte, gigabytes
terabyte: TB, terabyte, terabytes
decibel: dB, decibel, decibels
light-year: light-year, light-years
calorie: calorie, calories
""")
#: what stands before a unit and changes it
SIZES = {"square": "square ", "sq": "square ", "cubic": "cubic ", "nautical": "nautical ", "metric": "metric "}
#: letter by unit of time; a small m is months, a capital M minutes
TIMES = {"second": "S", "sec": "S", "minute": "M", "min": "M", "hour": "H", "hr": "H", "day": "D", "week": "W", "fortnight": "F",
         "month": "m", "year": "Y", "decade": "X", "century": "C", "centuries": "C"}
#: weeks, fortnights, decades and centuries in the units that xsd:duration has
FACTORS = {"W": ("D", 7), "F": ("D", 14), "X": ("Y", 10), "C": ("Y", 100)}
