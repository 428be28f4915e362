/* Keys for what the buttons do. The page works without this. */
"use strict";

const isTyping = (target) => target.matches("input:not([type=radio]), textarea, select");

document.addEventListener("keydown", (event) => {
    // A key that is held goes on on the next page, where nobody has read anything yet.
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
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

// In a long passage, to the words that say so.
document.querySelector(".kb-proposed > .kb-text mark")?.scrollIntoView({ block: "nearest" });
