// A button beside whatever is there to be copied. Without script there is none, and the text can be selected.
"use strict";

for (const field of document.querySelectorAll("input[data-copy]")) {
  const { copy, copied } = document.body.dataset;
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "show";
  button.textContent = copy;
  button.setAttribute("aria-label", `${copy}: ${label ? label.textContent : field.id}`);
  const said = document.createElement("span");
  said.className = "unseen";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = copied;
    said.textContent = copied;
  });
  field.classList.add("hidable");
  field.after(button, said);
}
