/* Small comforts. Every page works without them. */
"use strict";

const EVERY_MS = 2000;
const byId = (id) => {
    const data = document.getElementById(id);
    return data ? JSON.parse(data.textContent) : {};
};

/* A form is sent once. The buttons come back with the page. */
function sendOnce(form) {
    const buttons = () => form.querySelectorAll("button[type=submit]");
    form.addEventListener("submit", (event) => {
        if (event.defaultPrevented) return;
        buttons().forEach((button) => { button.disabled = true; });
    });
    window.addEventListener("pageshow", () => buttons().forEach((b) => { b.disabled = false; }));
}

/* A file that is too large is not sent, so that nothing typed is lost. */
function checkSize(input) {
    /* On its way down: a script of Unfold's at the field would write the file's name into the
       first line of text nearby, which is one of ours. */
    input.form.addEventListener("change", (event) => {
        if (event.target !== input) return;
        event.stopPropagation();
        const file = input.files[0];
        const isLarge = file && file.size > Number(input.dataset.mostBytes);
        input.setCustomValidity(isLarge ? input.dataset.tooLarge : "");
        if (isLarge) input.reportValidity();
    }, true);
    input.form.addEventListener("submit", (event) => {
        if (input.reportValidity && input.validity.customError) {
            event.preventDefault();
            input.reportValidity();
        }
    }, true);
}

/* Says beside a number what one of its kind looks like. */
function showExamples(row) {
    const examples = byId("identifier-examples");
    const kind = row.querySelector("[data-kind]");
    const place = row.querySelector("[data-example]");
    const show = () => {
        const example = examples[kind.value];
        place.textContent = example ? `${place.dataset.words} ${example}` : "";
    };
    kind.addEventListener("change", show);
    show();
}

function addRows(fieldset) {
    const rows = fieldset.querySelector("[data-rows]");
    const total = fieldset.querySelector("[name$=TOTAL_FORMS]");
    const blank = fieldset.querySelector("template[data-row]");
    fieldset.querySelector("[data-add-row]").addEventListener("click", () => {
        const row = document.createElement("div");
        row.innerHTML = blank.innerHTML.replaceAll("__prefix__", total.value);
        total.value = Number(total.value) + 1;
        rows.append(...row.children);
        showExamples(rows.lastElementChild);
    });
    rows.querySelectorAll(".kb-identifier").forEach(showExamples);
}

/* Says what a class asks for. A number not typed yet is taken to be of the kind it asks for first. */
function showRuleOfClass(select) {
    const rules = byId("class-rules");
    const place = document.querySelector("[data-class-rule]");
    const show = () => { place.textContent = rules[select.value]?.sentence || ""; };
    const expect = () => {
        const blank = [...document.querySelectorAll("[data-rows] .kb-identifier")]
            .find((row) => !row.querySelector("[data-number]").value);
        if (!blank || !rules[select.value]) return;
        const kind = blank.querySelector("[data-kind]");
        kind.value = rules[select.value].kind;
        kind.dispatchEvent(new Event("change"));
    };
    select.addEventListener("change", show);
    select.addEventListener("change", expect);
    show();
}

/* Asks how far the file has been read, and loads the page again when that has changed. */
function waitForReading(section) {
    const ask = async () => {
        const answer = await fetch(section.dataset.waitsFor, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const { state } = await answer.json();
        if (state !== section.dataset.state) window.location.reload();
        else window.setTimeout(again, EVERY_MS);
    };
    const again = () => ask().catch(() => window.setTimeout(again, 5 * EVERY_MS));
    window.setTimeout(again, EVERY_MS);
}

/* What was typed outlives a session that ended meanwhile: this tab keeps it, for this account,
   until it was sent and something else than the log-in or the same form answered. */
const SENT = "kb-sent";
const isLogin = () => window.location.pathname.endsWith("/login/");
const keyOf = (form) => form && `kb-typed:${form.dataset.by}:${window.location.pathname}${window.location.search}`;

/* Neither passwords nor files, and nothing that is not the person's to type. */
const TYPED = "textarea, select, input:not([type=hidden], [type=password], [type=file], [type=submit])";
const isTicked = (field) => ["checkbox", "radio"].includes(field.type);
const nameOf = (field) => isTicked(field) ? `${field.name}=${field.defaultValue}` : field.name;
const valueOf = (field) => isTicked(field) ? field.checked : field.value;
function fill(field, value) {
    if (isTicked(field)) field.checked = value;
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
}

function keepTyped(form) {
    const key = keyOf(form);
    const before = JSON.parse(sessionStorage.getItem(key) || "{}");
    const fields = () => [...form.querySelectorAll(TYPED)].filter((field) => field.name);
    const isBack = (f, { was, typed } = {}) => was === valueOf(f) && typed !== was;
    const was = Object.fromEntries(fields().map((f) => [nameOf(f), before[nameOf(f)]?.was ?? valueOf(f)]));
    const back = fields().filter((f) => isBack(f, before[nameOf(f)]));
    back.forEach((f) => fill(f, before[nameOf(f)].typed));
    const note = form.querySelector("[data-typed-before]");
    if (note) note.hidden = !back.length;
    form.addEventListener("input", () => {
        const typed = fields().map((f) => [nameOf(f), { was: was[nameOf(f)], typed: valueOf(f) }]);
        sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(typed)));
    });
    form.addEventListener("submit", () => sessionStorage.setItem(SENT, key));
    form.querySelectorAll(".kb-row a").forEach((a) => a.addEventListener("click", () => sessionStorage.removeItem(key)));
}

function forgetSent() {
    const sent = sessionStorage.getItem(SENT);
    if (!sent || isLogin()) return;
    if (sent !== keyOf(document.querySelector("form[data-by]"))) sessionStorage.removeItem(sent);
    sessionStorage.removeItem(SENT);
}

/* The theme's scrolled areas call themselves so in English; what is in them has names of its own. */
window.addEventListener("load", () => {
    document.querySelectorAll(".simplebar-content-wrapper").forEach((area) => {
        area.removeAttribute("role");
        area.removeAttribute("aria-label");
    });
    document.querySelectorAll("select.admin-autocomplete").forEach(nameChoice);
});

/* What one chooses by typing is drawn by a library that does not say what it is called. */
function nameChoice(select) {
    const name = select.labels[0]?.textContent.trim();
    const drawn = select.nextElementSibling?.querySelector("[role=combobox]");
    if (!name || !drawn) return;
    drawn.removeAttribute("aria-labelledby");
    [drawn, drawn.querySelector("[role=textbox]")].forEach((each) => each?.setAttribute("aria-label", name));
}

/* Copies what is shown this once. Where no clipboard is offered, as over plain HTTP, the old way. */
function copying(button) {
    const shown = document.getElementById(button.dataset.copy);
    const told = button.parentElement.querySelector("[data-copy-told]");
    const copied = async () => {
        try {
            await navigator.clipboard.writeText(shown.value);
            return true;
        } catch { return document.execCommand("copy"); }
    };
    shown.addEventListener("focus", () => shown.select());
    button.addEventListener("click", async () => {
        shown.select();
        told.textContent = await copied() ? button.dataset.copied : button.dataset.notCopied;
    });
    button.hidden = false;
}

/* A form that was refused is the answer to something sent, which no browser shows again to who comes
   back to it. The address alone stands for it, and what was typed is here. */
function standForAnswer() {
    if (document.querySelector("form[data-by]")) window.history.replaceState(window.history.state, "", window.location.href);
}

document.addEventListener("DOMContentLoaded", () => {
    standForAnswer();
    document.querySelectorAll("input[data-most-bytes]").forEach(checkSize);
    document.querySelectorAll("form.kb-form").forEach(sendOnce);
    forgetSent();
    document.querySelectorAll("form[data-by]").forEach(keepTyped);
    document.querySelectorAll("fieldset:has([data-add-row])").forEach(addRows);
    document.querySelectorAll("#id_source_class").forEach(showRuleOfClass);
    document.querySelectorAll("[data-waits-for]").forEach(waitForReading);
    document.querySelectorAll("#id_department[type=text]").forEach((i) => i.setAttribute("list", "departments"));
    document.querySelectorAll("[data-copy]").forEach(copying);
});
