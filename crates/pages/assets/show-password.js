// A button beside every password that shows it. Without script there is none, and nothing is missing.
"use strict";

for (const field of document.querySelectorAll("input[type=password]")) {
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "show";
  button.textContent = document.body.dataset.show;
  button.setAttribute("aria-label", `${button.textContent}: ${label ? label.textContent : field.id}`);
  button.setAttribute("aria-controls", field.id);
  const turn = (shown) => {
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  turn(false);
  button.addEventListener("click", () => turn(field.type === "password"));
  // What is sent, and what the back button brings again, is a password.
  field.form?.addEventListener("submit", () => turn(false));
  window.addEventListener("pagehide", () => turn(false));
  field.classList.add("hidable");
  field.after(button);
}
