// Language, sorting, filtering, search, and where a figure comes from. Plain script: pages are opened from a folder.
(function () {
  "use strict";
  var root = document.body.dataset.root, html = document.documentElement;
  var ENGLISH = "en", VIETNAMESE = "vi";

  function language() { return html.dataset.lang === ENGLISH ? ENGLISH : VIETNAMESE; }
  function said(vi, en) { return language() === ENGLISH ? en : vi; }
  function plain(text) {
    return text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\s+/g, " ").trim();
  }
  function kept(name, value) {
    try {
      if (value === undefined) { return window.localStorage.getItem(name); }
      window.localStorage.setItem(name, value);
    } catch (ignored) { /* a browser may refuse to keep anything for a file */ }
    return null;
  }

  // Numbers are written with a decimal comma; readers of English see a point.
  function writeNumbers() {
    var from = language() === ENGLISH ? "," : ".", to = language() === ENGLISH ? "." : ",";
    document.querySelectorAll("data.f, .num, .draw svg text").forEach(function (one) {
      if (!one.firstElementChild && /^[+−-]?\d+[.,]\d+( %)?$/.test(one.textContent)) {
        one.textContent = one.textContent.replace(from, to);
      }
    });
  }
  function speak(lang) {
    html.dataset.lang = lang;
    html.lang = lang;
    var button = document.getElementById("language");
    button.textContent = lang === ENGLISH ? "Tiếng Việt" : "English";
    button.lang = lang === ENGLISH ? VIETNAMESE : ENGLISH;
    writeNumbers();
    writeMade();
    kept("lang", lang);
  }
  function writeMade() {
    var asOf = ABOUT.asOf ? said(" Biết đến ngày ", " Known as of ") + ABOUT.asOf + "." : "";
    document.getElementById("made").textContent = said("Công bố ", "Published ") + ABOUT.created + ", " + ABOUT.version + "." + asOf;
  }

  // Sorting: a column's cells by their exact value where they have one, else as texts.
  function valueOf(cell) {
    if (cell.dataset.sort !== undefined) { return cell.dataset.sort; }
    var figure = cell.querySelector("data");
    if (figure) { return isNaN(figure.value) ? figure.value : Number(figure.value); }
    var text = cell.innerText.trim();
    return text === "–" || text === "" ? null : text;
  }
  function compare(a, b) {
    if (a === null || b === null) { return (a === null) - (b === null); }
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "vi", { numeric: true });
  }
  function sortBy(table, head, at) {
    var falls = head.getAttribute("aria-sort") === "ascending", body = table.tBodies[0];
    table.querySelectorAll("th[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    var lines = Array.from(body.rows).map(function (line) { return [valueOf(line.cells[at]), line]; });
    lines.sort(function (a, b) {
      var order = compare(a[0], b[0]);
      return falls && a[0] !== null && b[0] !== null ? -order : order;
    });
    lines.forEach(function (line) { body.appendChild(line[1]); });
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, at) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () { sortBy(table, head, at); });
    });
  });

  function filter(id) {
    var table = document.getElementById(id);
    var typed = document.querySelector('.filter[data-for="' + id + '"]');
    var chosen = document.querySelector('.choose[data-for="' + id + '"]');
    var wanted = plain(typed ? typed.value : ""), group = chosen ? chosen.value : "";
    Array.from(table.tBodies[0].rows).forEach(function (line) {
      var text = plain(line.textContent + " " + (line.dataset.name || ""));
      line.hidden = text.indexOf(wanted) < 0 || (group !== "" && line.dataset.group !== group);
    });
  }
  document.querySelectorAll(".filter, .choose").forEach(function (one) {
    one.addEventListener("input", function () { filter(one.dataset.for); });
  });

  // Search, with and without accents.
  var find = document.getElementById("find"), found = document.getElementById("found");
  function look() {
    var wanted = plain(find.value), words = wanted.split(" ");
    found.textContent = "";
    found.hidden = wanted === "";
    if (found.hidden) { return; }
    var hits = PLACES.filter(function (place) {
      return words.every(function (word) { return place[2].indexOf(word) >= 0; });
    });
    hits.sort(function (a, b) { return (a[2].indexOf(wanted) < 0) - (b[2].indexOf(wanted) < 0) || a[2].indexOf(wanted) - b[2].indexOf(wanted); });
    hits.slice(0, 12).forEach(function (place) {
      var item = document.createElement("li"), link = document.createElement("a"), small = document.createElement("small");
      link.href = root + place[3];
      link.textContent = said(place[0], place[1] || place[0]);
      small.textContent = said(place[1], place[0]);
      link.appendChild(small);
      item.appendChild(link);
      found.appendChild(item);
    });
    if (!hits.length) {
      var none = document.createElement("li");
      none.className = "none";
      none.textContent = said("Không tìm thấy", "Nothing found");
      found.appendChild(none);
    }
  }
  find.addEventListener("input", look);
  find.addEventListener("keydown", function (event) {
    var first = found.querySelector("a");
    if (event.key === "Enter" && first) { first.click(); }
    if (event.key === "ArrowDown" && first) { first.focus(); event.preventDefault(); }
    if (event.key === "Escape") { find.value = ""; look(); }
  });
  document.addEventListener("click", function (event) { if (!event.target.closest(".find")) { found.hidden = true; } });

  // Where a figure comes from: its row and query, the release with its file, hash and cell, or its parts.
  var panel = document.getElementById("source");
  function line(list, term, text, isCode) {
    if (!text) { return; }
    var dt = document.createElement("dt"), dd = document.createElement("dd"), inner = dd;
    if (isCode) { inner = document.createElement("code"); dd.appendChild(inner); }
    dt.textContent = term;
    inner.textContent = text;
    list.append(dt, dd);
  }
  function queryOf(table, key, columns) {
    var where = Array.from(new Set(key.keys()), function (name) {
      var values = key.getAll(name).map(function (value) {
        return /^\d+$/.test(value) && /year|horizon/.test(name) ? value : "'" + value.replace(/'/g, "''") + "'";
      });
      return name + (values.length > 1 ? " in (" + values.join(", ") + ")" : " = " + values[0]);
    });
    return "select " + columns.replace(/,/g, ", ") + " from " + table + " where " + where.join(" and ");
  }
  function show(figure) {
    var parts = figure.dataset.at.split("?"), key = new URLSearchParams(parts[1]), list = document.createElement("dl");
    var close = document.createElement("button");
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", said("Đóng", "Close"));
    close.addEventListener("click", hide);
    line(list, said("Giá trị chính xác", "Exact value"), figure.value);
    line(list, said("Bảng", "Table"), parts[0]);
    line(list, said("Câu hỏi", "Query"), queryOf(parts[0], key, figure.dataset.col || "*"), true);
    var years = ["year", "from_year", "to_year", "base_year"].map(function (name) { return key.get(name); }).filter(Boolean);
    years.forEach(function (year) {
      var release = RELEASES[key.get("index_id") + "/" + year];
      if (!release || parts[0].indexOf("compliance") >= 0) { return; }
      line(list, said("Bản phát hành", "Release"), release[0] + (release[1] ? said(", công bố ", ", published ") + release[1] : ""));
      line(list, said("Tệp", "File"), release[2]);
      line(list, "sha256", release[3], true);
      if (key.getAll("province_key").length !== 1) {
        line(list, said("Tính từ", "Computed from"), said("mọi dòng mà câu hỏi trên chọn", "all rows that the query above chooses"));
        return;
      }
      var cells = window.CELLS || {};
      var cell = cells[year + "|" + key.get("indicator_key")] || cells[year + "|" + key.get("province_key")];
      line(list, said("Ô", "Cell"), cell || (key.get("indicator_key") ? said("tổng của các chỉ số thành phần, hoặc tính từ chúng: papi explain \"", "the sum of sub-dimensions, or computed from them: papi explain \"") + key.get("province_key") + "\" " + year + " " + key.get("indicator_key") : ""));
    });
    if (parts[0].indexOf("compliance_") >= 0) {
      line(list, said("Lấy từ", "Made of"), said("báo cáo của từng đơn vị: trang của huyện nêu mỗi xã với tệp của nó; mã băm ở core.fct_report", "the reports of units: the district's page has each commune with its file; hashes stand in core.fct_report"));
    }
    panel.textContent = "";
    panel.append(close, list);
    panel.hidden = false;
  }
  function hide() { panel.hidden = true; }
  document.addEventListener("click", function (event) {
    var figure = event.target.closest("data.f");
    if (figure && !figure.closest("a")) { figure.focus(); show(figure); } else if (!event.target.closest("#source")) { hide(); }
  });
  document.addEventListener("keydown", function (event) {
    var figure = event.target.closest && event.target.closest("data.f");
    if (event.key === "Escape") { hide(); }
    if (!figure) { return; }
    if (event.key === "Enter" || event.key === " ") { show(figure); event.preventDefault(); }
    var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      var next = figures[figures.indexOf(figure) + step];
      if (next) { next.focus(); show(next); event.preventDefault(); }
    }
  });
  // One stop for the tabulator in each table; arrows go on from there.
  var figures = Array.from(document.querySelectorAll("data.f")).filter(function (one) { return !one.closest("a"); });
  var tables = [];
  figures.forEach(function (one) {
    var table = one.closest("table");
    one.tabIndex = table && tables.indexOf(table) >= 0 ? -1 : 0;
    one.setAttribute("role", "button");
    if (table) { tables.push(table); }
  });

  var here = location.pathname.split("/").pop();
  document.querySelectorAll("nav a").forEach(function (link) {
    if (link.pathname.split("/").pop() === here) { link.setAttribute("aria-current", "page"); }
  });
  document.getElementById("language").addEventListener("click", function () {
    speak(language() === ENGLISH ? VIETNAMESE : ENGLISH);
  });
  speak(kept("lang") === ENGLISH ? ENGLISH : VIETNAMESE);
})();
