// main.js -- starts the page: what there is to show, then one funnel.
const answer = await fetch("/api/v1/funnels");
const funnels = await answer.json();
document.getElementById("page").textContent = funnels.application ?? funnels.title;
