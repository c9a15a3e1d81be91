// Comfort for pages that are complete without it: no second submit, regions that refresh themselves, shortcuts.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const isOn = (name) => localStorage.getItem(name) !== "off";

  document.getElementById("problems")?.focus();

  // The button is greyed only after the form has taken its value; coming back by the history frees it.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "yes";
    setTimeout(() => all("button", event.target).forEach((button) => { button.disabled = true; }));
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all("button", form).forEach((button) => { button.disabled = false; });
  }));

  // X-Refresh tells the server that nobody touched anything: it must not prolong the session.
  async function refresh(region) {
    const inUse = region.querySelector(":focus:not(a)") || !getSelection().isCollapsed;
    if (document.hidden || inUse || !isOn("refresh")) return;
    try {
      const answer = await fetch(location.href, { headers: { "X-Refresh": region.id }, redirect: "error" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.getElementById(region.id).childNodes;
      const held = region.querySelector(":focus")?.getAttribute("href");
      region.replaceChildren(...fresh);
      all("a", region).find((link) => link.getAttribute("href") === held)?.focus({ preventScroll: true });
      delete region.dataset.stale;
    } catch {
      region.dataset.stale = "Chưa làm mới được: số liệu có thể đã cũ. Xin tải lại trang.";
    }
  }
  all("[data-refresh]").forEach((region) => setInterval(refresh, region.dataset.refresh * 1000, region));

  const addresses = { t: "/", g: "/monitors", w: "/heartbeats", s: "/incidents", b: "/notices", y: "/requests", c: "/agencies",
    k: "/accounts", p: "/officers", n: "/obligations", o: "/reports", h: "/audit", u: "/users", d: "/settings" };
  const place = (letter) => document.querySelector(`.places a[href="${addresses[letter]}"]`);

  // Shortcuts of one letter and pages that change by themselves can be switched off (WCAG 2.1.4 and 2.2.2).
  const help = document.createElement("dialog");
  help.ariaLabel = "Phím tắt";
  const key = (letter, text) => `<li><kbd>${letter}</kbd> ${text}</li>`;
  const box = (name, text) => `<label class="check"><input type="checkbox" name="${name}"/> ${text}</label>`;
  help.innerHTML = `<h2>Phím tắt</h2><ul>${key("/", "tới ô tìm kiếm")}${key("?", "mở bảng này")}
    ${Object.keys(addresses).filter(place).map((at) => key(`g</kbd> <kbd>${at}`, place(at).innerHTML)).join("")}</ul>
    ${box("keys", "Dùng phím tắt")}${box("refresh", "Trang tự làm mới số liệu")}
    <form method="dialog"><button>Đóng</button></form>`;
  all("input", help).forEach((input) => {
    input.checked = isOn(input.name);
    input.onchange = () => localStorage.setItem(input.name, input.checked ? "on" : "off");
  });
  const opener = document.createElement("button");
  opener.className = "quiet";
  opener.textContent = "Phím tắt, tự làm mới";
  opener.onclick = () => help.showModal();
  document.querySelector(".foot").append(opener);
  document.body.append(help);

  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open || !isOn("keys")) return;
    if (event.target.closest("input, select, textarea")) return;
    const goal = Date.now() - going < 1500 && place(event.key);
    going = event.key === "g" && !goal ? Date.now() : 0;
    if (goal) goal.click();
    else if (event.key === "?") help.showModal();
    else if (event.key === "/") {
      event.preventDefault();
      document.querySelector("input[type=search]")?.focus();
    }
  });
})();
