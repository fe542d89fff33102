// The page that adds a card: the vendor's own field, which gives the id of a payment method and nothing else.
const form = document.querySelector("[data-card]");
const oops = form.querySelector("[data-oops]");
const button = form.querySelector("button");

function say(words) {
  oops.querySelector("span").textContent = words;
  oops.hidden = !words;
}

function busy(is) {
  button.disabled = is;
  button.toggleAttribute("aria-busy", is);
}

// Each try has a secret of its own: one that was declined is spent.
async function secret() {
  const answer = await fetch(form.dataset.setup, { method: "POST", headers: { Accept: "application/json",
    "X-CSRFToken": form.elements.csrf_token.value } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said.secret;
}

async function keep(stripe, card) {
  const { error, setupIntent } = await stripe.confirmCardSetup(await secret(), { payment_method: { card } });
  if (error) throw new Error(error.message);
  form.elements.payment_method.value = setupIntent.payment_method;
  form.submit();
}

form.hidden = false;
if (globalThis.Stripe) {
  const stripe = globalThis.Stripe(form.dataset.card, { locale: document.documentElement.lang });
  const seen = getComputedStyle(document.getElementById("card-field"));
  const card = stripe.elements().create("card", { style: { base: { color: seen.color, fontSize: seen.fontSize } } });
  card.mount("#card-field");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say("");
    busy(true);
    keep(stripe, card).catch((error) => { say(error.message || form.dataset.away); busy(false); });
  });
} else {
  say(form.dataset.away);
  button.disabled = true;
}
