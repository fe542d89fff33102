"""What is asked of a page that was treated roughly: scripts that run in the browser, and what to
treat it with."""

from __future__ import annotations

from tests.pages import WIDE

ZOOMED = WIDE // 2  # a window of 1440 px at 200 %
NOVEL = "\n\n".join(
    f"Chapter {number}. The tea was late again, and nobody at the office knew a word of it."
    for number in range(600)
)
PAYLOAD = (
    "<script>window.pwned=1</script>\"'><img/src=x/onerror=window.pwned=1>"
    "javascript:window.pwned=1//{{7*7}}${7*7}"
)
ROUGH = (PAYLOAD + "W" * 200)[:200]  # 200 letters and not one space
BACKWARDS = "שרה (דוד) 7 لجنة"
FAMILY = "\U0001f469‍\U0001f469‍\U0001f467‍\U0001f466"

# What scrolls sideways, and texts that lie on one another, as far as they are to be seen and do not
# float over the page.
LOOK = """() => {
  const skip = 'svg, .vh, script, style, template, option, textarea, dialog, '
    + '[aria-hidden=true], .skip';
  const boxes = new Map();
  const shows = (el) => {
    if (!el || el === document.documentElement) return {left: -1e6, top: -1e6, right: 1e6,
      bottom: 1e6};
    if (boxes.has(el)) return boxes.get(el);
    const s = getComputedStyle(el), up = shows(el.parentElement);
    let box = up && (/fixed|sticky/.test(s.position) || s.clipPath !== 'none' ? null : up);
    if (box && s.display !== 'inline' && (s.overflowX !== 'visible' || s.overflowY !== 'visible')) {
      const b = el.getBoundingClientRect();
      box = {left: Math.max(box.left, b.left), top: Math.max(box.top, b.top),
        right: Math.min(box.right, b.right), bottom: Math.min(box.bottom, b.bottom)};
    }
    boxes.set(el, box);
    return box;
  };
  const texts = [], range = document.createRange(),
    walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement;
    if (!node.data.trim() || el.closest(skip) || !el.checkVisibility()) continue;
    const box = shows(el);
    if (!box) continue;
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      const left = Math.max(r.left, box.left), right = Math.min(r.right, box.right),
        top = Math.max(r.top, box.top), bottom = Math.min(r.bottom, box.bottom);
      if (right - left > 2 && bottom - top > 4) texts.push({left, right, top, bottom, el,
        what: node.data.trim().slice(0, 30)});
    }
  }
  texts.sort((a, b) => a.top - b.top);
  const out = [];
  for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length &&
    texts[j].top < texts[i].bottom - 5; j++) {
    const [a, b] = [texts[i], texts[j]];
    const high = Math.min(a.bottom - a.top, b.bottom - b.top) / 2;
    if (a.el !== b.el && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > high)
      out.push(`«${a.what}» on «${b.what}»`);
  }
  for (const el of document.querySelectorAll('html, .pane, main, aside, section')) {
    const wide = el.matches('html') ? el.scrollWidth - innerWidth
      : /auto|scroll/.test(getComputedStyle(el).overflowX) ? el.scrollWidth - el.clientWidth : 0;
    if (wide > 1) out.push(`${el.tagName}.${el.className} scrolls sideways by ${wide}`);
  }
  return out.slice(0, 5);
}"""

# On each line of ours what comes first stands first; somebody's words count as one piece where they
# are set apart.
ORDER = """() => {
  const own = (el) => el.closest('bdi, [dir=auto], svg, textarea, input, select, script, style, '
    + 'template, .vh, [aria-hidden=true]');
  const out = [], range = document.createRange(), blocks = new Map(),
    walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || !node.parentElement.checkVisibility()) continue;
    const set = own(node.parentElement);
    if (set && !set.matches('bdi')) continue;
    let block = node.parentElement;
    while (/^inline/.test(getComputedStyle(block).display) &&
      !/flex|grid/.test(getComputedStyle(block.parentElement).display)) block = block.parentElement;
    const list = blocks.get(block) ?? blocks.set(block, []).get(block);
    if (set) { for (const r of set.getClientRects()) list.push({r, what: set.textContent});
      continue; }
    for (const word of node.data.matchAll(/\\S+/g)) {
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      const r = range.getClientRects()[0];
      if (r && r.width > 1) list.push({r, what: word[0]});
    }
  }
  for (const list of blocks.values()) for (let i = 1; i < list.length; i++) {
    const [a, b] = [list[i - 1], list[i]];
    const sameLine = Math.abs((a.r.top + a.r.bottom) / 2 - (b.r.top + b.r.bottom) / 2)
      < Math.min(a.r.height, b.r.height) / 2;
    if (sameLine && b.r.left < a.r.left - 1) out.push(`«${a.what}» «${b.what}»`);
  }
  return out.slice(0, 5);
}"""
UNSET = (
    "document.querySelectorAll('bdi').forEach((one) =>"
    " one.replaceWith(document.createTextNode(one.textContent)))"
)

# Sends each form of the page once for each of its long texts, and tells which texts did not come
# back whole beside their sentence.
GIVEN_BACK = """async () => {
  const lost = [];
  for (const form of document.querySelectorAll('form[method=post]'))
  for (const area of form.querySelectorAll('textarea')) {
    const body = new FormData(form), words = 'It begins ' + 'w'.repeat(60000) + ' and ends';
    for (const one of form.querySelectorAll('input[required], textarea[required]'))
      if (!one.value)
        body.set(one.name, one.type === 'email' ? 'client@demo.example' : 'Some words');
    for (const one of form.querySelectorAll('[type=checkbox][required]')) body.set(one.name, '1');
    for (const one of form.querySelectorAll('button[name]:not([name=option])')) body.set(one.name,
      one.value);
    body.set(area.name, words);
    const plain = new URLSearchParams([...body].filter(([, value]) => !(value instanceof File)));
    const answer = await fetch(form.action, {method: 'POST',
      body: form.enctype.startsWith('multipart') ? body : plain, redirect: 'manual',
      headers: {Accept: 'text/html'}});
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const back = [...page.querySelectorAll('textarea')].filter((one) => one.value === words)
      .map((one) => one.id);
    if (answer.status !== 422 || back.join() !== area.id ||
      !page.getElementById(`${area.id}-oops`)) lost.push([area.id, answer.status, back.join()]);
  }
  return lost;
}"""

# Sends each form of the page with the payload in every field that takes words; gives where that
# led, and what the server could not take.
SPOILT = """async (payload) => {
  const led = [], broken = [];
  for (const form of document.querySelectorAll('form[method=post]')) {
    const path = new URL(form.action).pathname;
    if (/logout|\\/end$|\\/role$|password|styleguide|undo|replay|\\/login|\\/reset/.test(path)
      || path.includes('settings/addresses')) continue;
    for (const email of form.querySelector('[type=email]') ? [payload,
      `a${Math.random().toString(36).slice(2)}@rough.example`] : ['']) {
      const body = new FormData(form);
      for (const one of form.elements) {
        if (/^(text|search|tel|textarea)$/.test(one.type) && one.name && !one.inputMode &&
          !/^(quantity|website)$/.test(one.name)) body.set(one.name, payload);
        if (one.type === 'email') body.set(one.name, email);
        if (one.type === 'file') body.set(one.name, new File(['x'], payload.replaceAll('/',
          '_') + '.txt', {type: payload}));
        if (one.type === 'checkbox' && one.required) body.set(one.name, '1');
      }
      for (const one of [...form.querySelectorAll('button[name]:not([name=option])')].slice(-1))
        body.set(one.name, one.value);
      if (path.endsWith('/first-task')) { body.set('phone', ''); body.set('name',
        payload.replaceAll('://', '')); }
      const plain = new URLSearchParams([...body].filter(([, value]) => !(value instanceof File)));
      const answer = await fetch(form.action, {method: 'POST',
        body: form.enctype.startsWith('multipart') ? body : plain, headers: {Accept: 'text/html'}});
      if (answer.status >= 500) broken.push([path, answer.status]);
      else if (answer.redirected) led.push(new URL(answer.url).pathname);
    }
  }
  return {led, broken};
}"""
