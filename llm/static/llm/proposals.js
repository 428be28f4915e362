/* Keys for what the buttons do. The page works without this. */
"use strict";

const isTyping = (target) => target.matches("input[type=text], textarea, select");

document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const pressed = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!pressed) return;
    event.preventDefault();
    if (pressed.matches("input[type=radio]")) {
        pressed.checked = true;
        pressed.focus();
    } else {
        pressed.click();
    }
});
