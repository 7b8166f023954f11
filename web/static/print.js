// The button that prints: hidden where no script runs, for the browser's own menu prints as well.
"use strict";
(function () {
  const button = document.getElementById("print");
  button.hidden = false;
  button.addEventListener("click", () => window.print());
})();
