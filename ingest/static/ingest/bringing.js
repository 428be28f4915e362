/* Drops and choices. The pages work without: then files go through the plain form. */
"use strict";

(() => {
    const POLL_MS = 1500;
    /* A page that nobody looks after must not keep its session alive. */
    const POLLS = 600;
    const AT_ONCE = 3;
    const words = () => JSON.parse(document.getElementById("bringing-words").textContent);
    const make = (tag, cls, text) => {
        const element = document.createElement(tag);
        if (cls) element.className = cls;
        if (text) element.textContent = text;
        return element;
    };

    /* One line a file: its name, how far it is, and why it was refused. */
    function line(list, file) {
        const item = make("li");
        const name = make("span", "kb-sent-name", file.name);
        name.dir = "auto";
        const bar = make("progress");
        bar.max = 1;
        bar.value = 0;
        item.append(name, bar);
        list.append(item);
        return {
            sent: (share) => { bar.value = share; },
            done: () => item.remove(),
            refused: (sentence, again) => {
                bar.remove();
                item.querySelectorAll("p, button").forEach((old) => old.remove());
                if (again) {
                    const button = make("button", "kb-button", words().again);
                    button.type = "button";
                    button.addEventListener("click", () => { item.remove(); again(); });
                    item.append(button);
                }
                /* The server names the file as it is shown; once is enough. */
                if (sentence.startsWith(file.name)) name.remove();
                const why = make("p", "kb-error", sentence);
                why.setAttribute("role", "alert");
                item.append(why);
            },
        };
    }

    /* Sends one file in a request of its own. Calls `after` whatever came of it. */
    function send(form, file, shown, retry, after) {
        const say = words();
        const request = new XMLHttpRequest();
        const body = new FormData();
        body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
        body.append("files", file, file.name);
        request.open("POST", window.location.pathname);
        request.setRequestHeader("Accept", "application/json");
        request.upload.addEventListener("progress", (event) => {
            if (event.lengthComputable) shown.sent(event.loaded / event.total);
        });
        request.addEventListener("load", () => {
            const isJson = (request.getResponseHeader("Content-Type") || "").startsWith("application/json");
            const isLogin = /\/login\//.test(request.responseURL) || [401, 403].includes(request.status);
            if (isJson) {
                const answer = JSON.parse(request.responseText);
                if (!answer.refused) shown.refused(isLogin ? say.loggedOut : answer.detail || say.broken, retry);
                else if (answer.refused.length) shown.refused(answer.refused.join(" "));
                else shown.done();
            } else shown.refused(isLogin ? say.loggedOut : say.broken, retry);
            after();
        });
        request.addEventListener("error", () => { shown.refused(say.away, retry); after(); });
        request.send(body);
    }

    /* The files that were dropped, and those in folders that were. */
    async function dropped(transfer) {
        const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
        if (!entries.length) return [...transfer.files];
        return (await Promise.all(entries.map(filesOf))).flat();
    }
    async function filesOf(entry) {
        if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
        const reader = entry.createReader();
        const found = [];
        for (;;) {
            const some = await new Promise((done, fail) => reader.readEntries(done, fail));
            if (!some.length) return found;
            found.push(...(await Promise.all(some.map(filesOf))).flat());
        }
    }

    /* Asks for the page anew: "" with a fresh token in the form, or why it cannot be sent now. */
    async function renew(form) {
        try {
            const answer = await fetch(window.location.href);
            if (/\/login\//.test(answer.url) || [401, 403].includes(answer.status)) return "loggedOut";
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const token = page.querySelector(".kb-form [name=csrfmiddlewaretoken], .kb-drop [name=csrfmiddlewaretoken]");
            if (token) form.querySelector("[name=csrfmiddlewaretoken]").value = token.value;
            return "";
        } catch { return "away"; }
    }

    /* Whoever was logged out meanwhile loses nothing typed: the page asks before it sends. */
    function keepTyped(form) {
        let isAsked = false;
        let isAsking = false;
        form.addEventListener("submit", async (event) => {
            if (isAsked) return;
            event.preventDefault();
            event.stopImmediatePropagation();
            if (isAsking) return;
            isAsking = true;
            const why = await renew(form);
            isAsking = false;
            form.querySelector("[data-not-sent]")?.remove();
            if (why) form.querySelector(".kb-row:last-of-type").before(notSent(why));
            else { isAsked = true; form.requestSubmit(event.submitter); }
        }, true);
        window.addEventListener("pageshow", () => { isAsked = false; });
    }
    function notSent(why) {
        const note = make("p", "kb-note kb-warn", `${words()[why]} `);
        note.setAttribute("role", "alert");
        note.dataset.notSent = "";
        if (why === "loggedOut") {
            const link = make("a", "kb-link", words().logIn);
            link.href = words().logInAt;
            link.target = "_blank";
            note.append(link);
        }
        return note;
    }

    function dropping(form) {
        const input = form.querySelector("input[type=file]");
        const list = document.querySelector("[data-sending]");
        const waiting = [];
        let under_way = 0;
        const next = () => {
            while (under_way < AT_ONCE && waiting.length) {
                const [file, shown] = waiting.shift();
                under_way += 1;
                const again = async () => { await renew(form); take([file]); };
                send(form, file, shown, again, () => { under_way -= 1; next(); refresh(); });
            }
        };
        const take = (files) => {
            for (const file of files) {
                const shown = line(list, file);
                if (file.size > Number(form.dataset.mostBytes)) shown.refused(words().tooLarge);
                else waiting.push([file, shown]);
            }
            next();
        };
        form.querySelector("[data-plain]").hidden = true;
        form.classList.add("kb-live");
        /* Before it reaches the field, where a script of the admin's looks for a part that is not here. */
        form.addEventListener("change", (event) => {
            event.stopPropagation();
            take([...input.files]);
            input.value = "";
        }, true);
        const over = (is) => (event) => { event.preventDefault(); form.classList.toggle("kb-over", is); };
        ["dragenter", "dragover"].forEach((name) => form.addEventListener(name, over(true)));
        ["dragleave", "drop"].forEach((name) => form.addEventListener(name, over(false)));
        form.addEventListener("drop", async (event) => take(await dropped(event.dataTransfer)));
        /* Dropped beside the field a file would replace the page. */
        ["dragover", "drop"].forEach((name) => window.addEventListener(name, (event) => event.preventDefault()));
        window.addEventListener("beforeunload", (event) => { if (under_way) event.preventDefault(); });
    }

    /* The boxes of files, and the one above them that stands for all, which needs this script. */
    const ticks = (place) => [...place.querySelectorAll("[name=chosen]")];
    function tickAll() {
        const all = document.querySelector("[data-tick-all]");
        if (!all) return;
        const boxes = ticks(all.closest("table"));
        all.hidden = false;
        all.checked = boxes.every((box) => box.checked);
        all.onchange = () => boxes.forEach((box) => { box.checked = all.checked; });
    }

    let timer = 0;
    let polls = 0;
    const stillHere = () => {
        const hadStopped = polls >= POLLS;
        polls = 0;
        if (hadStopped) watch();
    };
    ["pointerdown", "keydown"].forEach((name) => window.addEventListener(name, stillHere));
    async function refresh() {
        const place = document.querySelector("[data-rows^='/']");
        window.clearTimeout(timer);
        try {
            const answer = await fetch(place.dataset.rows, { redirect: "error" });
            if (answer.ok) {
                const text = await answer.text();
                const ticked = ticks(place).filter((box) => box.checked).map((box) => box.value);
                const focused = place.contains(document.activeElement) && document.activeElement;
                if (text !== place.innerHTML) place.innerHTML = text;
                ticks(place).forEach((box) => { box.checked = ticked.includes(box.value); });
                tickAll();
                const isSame = (each) => each.tagName === focused.tagName
                    && ["href", "value", "type"].every((name) => each.getAttribute(name) === focused.getAttribute(name));
                if (focused) [...place.querySelectorAll("a, input, button")].find(isSame)?.focus();
            }
        } catch { /* Asked again below. */ }
        watch();
    }
    function watch() {
        window.clearTimeout(timer);
        polls += 1;
        if (polls < POLLS && document.querySelector("[data-busy]")) timer = window.setTimeout(refresh, POLL_MS);
    }

    function choosing(button) {
        button.addEventListener("click", () => {
            const field = document.getElementById(button.dataset.fill);
            field.value = button.dataset.value;
            field.dispatchEvent(new Event("change"));
        });
    }

    /* A number goes into the first empty row, unless it stands in one already. */
    function choosingNumber(button) {
        button.addEventListener("click", () => {
            const rows = () => [...document.querySelectorAll("#identifiers [data-rows] .kb-identifier")];
            const value = (row) => row.querySelector("[data-number]");
            if (rows().some((row) => value(row).value === button.dataset.value)) return;
            if (!rows().some((row) => !value(row).value)) document.querySelector("[data-add-row]").click();
            const row = rows().find((each) => !value(each).value);
            row.querySelector("[data-kind]").value = button.dataset.numberKind;
            value(row).value = button.dataset.value;
        });
    }

    function newOrNot(radios) {
        const show = () => {
            const chosen = [...radios].find((radio) => radio.checked);
            const isNew = !chosen || chosen.value === "new";
            document.querySelector("[data-new-source]").classList.toggle("kb-aside", !isNew);
        };
        radios.forEach((radio) => radio.addEventListener("change", show));
        show();
    }

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("[data-drop]").forEach(dropping);
        document.querySelectorAll("[data-fill]").forEach(choosing);
        document.querySelectorAll("[data-number-kind]").forEach(choosingNumber);
        if (document.getElementById("bringing-words")) document.querySelectorAll("form.kb-form").forEach(keepTyped);
        document.querySelector("#id_licence_text")?.setAttribute("list", "licences");
        document.querySelector("form.kb-form .kb-wrong :is(input, select)")?.focus();
        const radios = document.querySelectorAll("[name=into]");
        if (radios.length) newOrNot(radios);
        tickAll();
        watch();
    });
})();
