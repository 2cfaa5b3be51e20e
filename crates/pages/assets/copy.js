// A button beside whatever is there to be copied. Without script there is none, and the text can be selected.
"use strict";

const { copy, copied } = document.body.dataset;

// A button that copies `text()`, called by the name of what it copies, and what a screen reader is told then.
function button(name, text) {
  const control = document.createElement("button");
  control.type = "button";
  control.className = "show";
  control.textContent = copy;
  control.setAttribute("aria-label", `${copy}: ${name}`);
  const said = document.createElement("span");
  said.className = "unseen";
  said.setAttribute("role", "status");
  control.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text());
    control.textContent = copied;
    said.textContent = copied;
  });
  return [control, said];
}

for (const field of document.querySelectorAll("input[data-copy]")) {
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  const text = () => {
    field.select();
    return field.value;
  };
  field.classList.add("hidable");
  field.after(...button(label ? label.textContent : field.id, text));
}

for (const code of document.querySelectorAll("pre[data-copy]")) {
  const around = document.createElement("div");
  around.className = "copies";
  code.replaceWith(around);
  around.append(code, ...button(code.getAttribute("aria-label"), () => code.textContent));
}
