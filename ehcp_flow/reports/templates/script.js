"use strict";
(() => {
  const PAGE = 20;
  const EPOCH = Date.UTC(2000, 0, 1);
  const ISO = /^\d{4}-\d{2}-\d{2}$/;
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const spoken = (date) => `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  const sayDay = (number) => spoken(new Date(EPOCH + number * 864e5));
  const shown = (value) => {
    if (value === null || value === undefined) return "";
    if (value === true) return "yes";
    if (value === false) return "no";
    if (typeof value === "number") return value.toLocaleString("en-GB");
    return ISO.test(value) ? spoken(new Date(`${value}T00:00:00Z`)) : value;
  };
  const el = (name, text, attributes) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    return made;
  };
  const caseButton = (id) => el("button", id, { type: "button", class: "case" });
  const compare = (a, b) => {
    if (a === b) return 0;
    if (a === null || a === "") return 1;
    if (b === null || b === "") return -1;
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en-GB");
  };

  function start(list) {
    const body = list.querySelector("tbody");
    const says = list.querySelector("[data-says]");
    const filter = list.querySelector("[data-filter]");
    const [back, on] = list.querySelectorAll("[data-page]");
    const heads = [...list.querySelectorAll("th[scope=col]")];
    let all = null;
    let rows = [];
    let first = 0;
    let sorted = null;
    const names = heads.map((head) => head.querySelector("button").firstChild.textContent.trim());
    const isCase = names[0] === "Case";
    const ready = () => {
      if (all === null) {
        all = JSON.parse(list.querySelector("script").textContent).rows;
        rows = all;
      }
    };
    const draw = () => {
      const part = rows.slice(first, first + PAGE);
      body.replaceChildren(...part.map((row) => {
        const line = el("tr");
        row.forEach((value, at) => {
          const box = at ? el("td", shown(value), { "data-head": names[at] }) : el("th", undefined, { scope: "row" });
          if (!at && isCase) box.append(caseButton(value));
          else if (!at) box.textContent = shown(value);
          line.append(box);
        });
        return line;
      }));
      if (!part.length) {
        const line = el("tr");
        line.append(el("td", all.length ? "No row has that." : "None.", { colspan: String(heads.length) }));
        body.append(line);
      }
      says.textContent = rows.length
        ? `Rows ${first + 1} to ${first + part.length} of ${rows.length.toLocaleString("en-GB")}`
        : "No rows";
      back.disabled = first === 0;
      on.disabled = first + PAGE >= rows.length;
    };
    const settle = () => {
      const wanted = filter.value.trim().toLocaleLowerCase("en-GB");
      rows = wanted
        ? all.filter((row) => row.some((value) => shown(value).toLocaleLowerCase("en-GB").includes(wanted)))
        : all.slice();
      if (sorted) {
        const { at, down } = sorted;
        rows.sort((a, b) => {
          const empty = (value) => value === null || value === "";
          if (empty(a[at]) || empty(b[at])) return compare(a[at], b[at]);
          return down ? -compare(a[at], b[at]) : compare(a[at], b[at]);
        });
      }
      first = 0;
      draw();
    };
    filter.addEventListener("input", () => { ready(); settle(); });
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.sort !== undefined) {
        ready();
        const at = Number(button.dataset.sort);
        sorted = { at, down: Boolean(sorted && sorted.at === at && !sorted.down) };
        heads.forEach((head, place) => {
          if (place === at) head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
          else head.removeAttribute("aria-sort");
          head.querySelector(".arrow").textContent = place === at ? (sorted.down ? "▾" : "▴") : "";
        });
        settle();
      } else if (button.dataset.page) {
        ready();
        first += Number(button.dataset.page) * PAGE;
        draw();
      }
    });
    back.disabled = true;
    const count = JSON.parse(list.querySelector("script").textContent).rows.length;
    on.disabled = count <= PAGE;
    says.textContent = count ? `Rows 1 to ${Math.min(PAGE, count)} of ${count.toLocaleString("en-GB")}` : "No rows";
    if (isCase) {
      body.querySelectorAll("th[scope=row]").forEach((box) => box.replaceChildren(caseButton(box.textContent)));
    }
  }

  let files = null;
  async function unpack() {
    if (files) return files;
    const text = atob(document.getElementById("packed").textContent);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    files = JSON.parse(await new Response(stream).text());
    files.place = new Map(files.ids.map((id, at) => [id, at]));
    return files;
  }

  const STATUS = {
    open: "open", met: "done in time", late: "done late", overdue: "overdue", premature: "done too early",
    lapsed: "fell away", undated: "done, day not recorded",
  };
  const words = (text) => text.replaceAll("_", " ");
  const dialog = document.getElementById("file");
  const heading = document.getElementById("file-h");
  const place = document.getElementById("file-body");

  function working(item, data) {
    const [rule, party, event, starts, due, done, status, over, excused, breach] = item;
    const [limit, title, actor, kind, act, counted, quoted, cited] = data.rules[rule];
    const name = data.names;
    const state = name[status];
    const line = el("li", undefined, { class: breach ? "bad" : state === "met" ? "done" : "" });
    const who = name[party] ? ` (${words(name[party])})` : "";
    const late = over ? `, ${over} days over` : "";
    const head = el("p");
    if (due !== null) head.append(el("time", sayDay(due)), ` ${title}${who}: `);
    else head.append(`${title}${who}: `);
    head.append(el("strong", `${STATUS[state]}${late}${breach ? "; a breach" : ""}`));
    line.append(head);
    const more = el("details");
    more.append(el("summary", "Working"));
    const steps = el("ol");
    steps.append(el("li", `The clock started on ${sayDay(starts)}: ${words(name[event])}.`));
    steps.append(el("li", `The rule: the ${actor} is to ${act}.`));
    steps.append(el("li", `Counted ${counted}${due === null ? "; no date can be given" : `: the last lawful day is ${sayDay(due)}`}.${quoted ? ` The words that decide it: “${quoted}”.` : ""}`));
    steps.append(el("li", done === null ? "It is not recorded as done." : `Done on ${sayDay(done)}.`));
    if (name[excused]) steps.append(el("li", `Excused: ${words(name[excused])}. The date stays; there is no breach.`));
    steps.append(el("li", `Law: ${cited}.${kind === "statutory" ? "" : ` This is ${kind}, and cannot be breached.`} (${limit})`));
    more.append(steps);
    line.append(more);
    return line;
  }

  async function open(id, back) {
    const data = await unpack();
    const found = data.cases[data.place.get(id)];
    if (!found) return false;
    const [authority, meaning, since, facts, deadlines] = found;
    const name = data.names;
    heading.textContent = `Case ${id}`;
    const where = name[meaning];
    const intro = el("p", `${where[0].toUpperCase()}${where.slice(1)}${since === null ? "" : `, since ${sayDay(since)}`}.${authority ? ` Authority ${authority}.` : ""}`);
    const happened = el("ol", undefined, { class: "timeline" });
    for (const [on, event, party, outcome] of facts) {
      const line = el("li");
      const extra = [name[party], name[outcome]].filter(Boolean).map(words).join(", ");
      line.append(el("time", sayDay(on)), ` ${words(name[event])}${extra ? `: ${extra}` : ""}`);
      happened.append(line);
    }
    const limits = el("ol", undefined, { class: "timeline" });
    for (const item of deadlines) limits.append(working(item, data));
    const parts = [intro, el("h3", "Time limits"), limits, el("h3", "What happened"), happened];
    if (back) {
      const button = el("button", "Back to the list", { type: "button" });
      button.addEventListener("click", back);
      parts.unshift(button);
    }
    present(parts);
    return true;
  }

  function present(parts) {
    place.replaceChildren(...parts);
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    heading.focus();
  }

  const FIRST = 300;
  async function openList(number, title) {
    const data = await unpack();
    const again = () => openList(number, title);
    heading.textContent = title;
    const parts = [];
    for (const [name, steps] of data.lists[number]) {
      let at = 0;
      const ids = steps.map((step) => data.ids[at += step]);
      const says = `${name || "Cases"} (${ids.length.toLocaleString("en-GB")})`;
      parts.push(el("h3", says[0].toLocaleUpperCase("en-GB") + says.slice(1)));
      const list = el("ul", undefined, { class: "ids" });
      const times = new Map();
      for (const id of ids) times.set(id, (times.get(id) || 0) + 1);
      const each = [...times.keys()];
      const add = (some) => list.append(...some.map((id) => {
        const item = el("li");
        item.append(caseButton(id), times.get(id) > 1 ? ` ×${times.get(id)}` : "");
        return item;
      }));
      add(each.slice(0, FIRST));
      list.addEventListener("click", (event) => {
        const button = event.target.closest("button.case");
        if (button) open(button.textContent, again);
      });
      parts.push(list);
      if (each.length > FIRST) {
        const more = el("button", `Show all ${each.length.toLocaleString("en-GB")}`, { type: "button" });
        more.addEventListener("click", () => { add(each.slice(FIRST)); more.remove(); });
        parts.push(more);
      }
    }
    present(parts);
  }

  const said = (node) => node ? node.textContent.trim() : "";
  function titleOf(figure) {
    const box = figure.closest("td, dd, p");
    const part = figure.closest("figure, .card, section");
    const of = [said(part && part.querySelector("h2, h3"))];
    if (box.matches("td")) {
      of.push(said(box.parentElement.querySelector("th")));
      of.push(said(box.closest("table").querySelectorAll("thead th")[box.cellIndex]));
    } else if (box.matches("dd")) {
      of.push(said(box.parentElement.querySelector("dt")));
    }
    return `${of.filter(Boolean).join(", ")}: ${said(figure)}`;
  }

  document.querySelectorAll("[data-open]").forEach((figure) => {
    const button = el("button", figure.textContent, { type: "button", class: "figure" });
    button.addEventListener("click", () => openList(Number(figure.dataset.open), titleOf(button)));
    figure.replaceChildren(button);
  });
  document.querySelectorAll("[data-case]").forEach((box) => box.replaceChildren(caseButton(box.textContent)));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("main button.case");
    if (button) open(button.textContent);
  });
  document.getElementById("file-close").addEventListener("click", () => dialog.close());
  document.getElementById("find").addEventListener("submit", async (event) => {
    event.preventDefault();
    const id = document.getElementById("case").value.trim();
    const says = document.getElementById("find-says");
    says.textContent = "";
    if (id && !(await open(id))) says.textContent = `There is no case ${id}.`;
  });
  document.querySelectorAll("[data-list]").forEach(start);
})();
