// The article page: the words that a statement was read from, and the statement, show each other.
"use strict";

const stretches = [...document.querySelectorAll("[data-keys]")];

/** Mark the words and the card of one statement, or of none. */
function mark(key) {
  for (const one of stretches) one.classList.toggle("chosen", one.dataset.keys.split(" ").includes(key));
  for (const one of document.querySelectorAll(".said")) one.classList.toggle("chosen", one.id === key);
}

const asked = () => decodeURIComponent(location.hash.slice(1)).replace(/^t-/, "");
for (const one of stretches) {
  one.addEventListener("mouseenter", () => mark(one.dataset.keys.split(" ")[0]));
  one.addEventListener("mouseleave", () => mark(asked()));
}
for (const one of document.querySelectorAll(".said")) {
  one.addEventListener("mouseenter", () => mark(one.id));
  one.addEventListener("mouseleave", () => mark(asked()));
}
addEventListener("hashchange", () => mark(asked()));
mark(asked());
