// Confirmations and charts of the desk (keys: find.js). Data comes from JSON in the page; nothing is evaluated.
(() => {
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-confirm]");
    if (link && !window.confirm(link.dataset.confirm)) event.preventDefault();
  });

  const COLORS = ["#3b6fd4", "#d9822b", "#2a9d6f", "#a24bbf", "#c0392b", "#0e8fa8", "#7a6a00"];

  const day = (ms) => new Date(ms).toISOString().slice(0, 10);

  function drawSteps(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.steps).textContent);
    const dark = document.documentElement.classList.contains("dark");
    const ink = dark ? "#d5d9e0" : "#3c4453";
    const grid = dark ? "rgba(255,255,255,.10)" : "rgba(0,0,0,.08)";
    const steps = data.series.map((one, index) => ({
      label: one.name,
      data: one.points.map((point) => ({ x: point.at, y: point.seats })),
      stepped: true,
      borderColor: COLORS[index % COLORS.length],
      backgroundColor: COLORS[index % COLORS.length],
      borderWidth: 2,
      pointRadius: 0,
      pointHitRadius: 0,
    }));
    const events = {
      label: "Events",
      data: data.events.map((one) => ({ x: one.at, y: one.seats, text: one.text, href: one.href })),
      showLine: false,
      pointRadius: 4,
      pointHoverRadius: 7,
      pointBorderWidth: 2,
      borderColor: ink,
      backgroundColor: dark ? "#1b1f27" : "#ffffff",
    };
    const chart = new Chart(canvas, {
      type: "line",
      data: { datasets: [events, ...steps] },
      options: {
        animation: false,
        maintainAspectRatio: false,
        parsing: false,
        interaction: { mode: "nearest", intersect: true },
        onClick: (_event, hits) => {
          const hit = hits.find((one) => one.datasetIndex === 0);
          if (hit) window.location = events.data[hit.index].href;
        },
        scales: {
          x: {
            type: "linear",
            min: data.first,
            max: data.last,
            ticks: { color: ink, maxTicksLimit: 8, maxRotation: 0, callback: day },
            grid: { color: grid },
          },
          y: { beginAtZero: true, grace: "8%", ticks: { color: ink, precision: 0 }, grid: { color: grid } },
        },
        plugins: {
          legend: { labels: { color: ink, boxWidth: 14, usePointStyle: true } },
          tooltip: {
            callbacks: {
              title: () => "",
              label: (item) => item.raw.text ?? `${item.dataset.label}: ${item.parsed.y}`,
            },
          },
        },
      },
    });
    canvas.dataset.drawn = String(chart.data.datasets.length);
  }

  // Stacked amounts of one currency, and a share in percent on an axis of its own.
  function drawBars(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.bars).textContent);
    const dark = document.documentElement.classList.contains("dark");
    const ink = dark ? "#d5d9e0" : "#3c4453";
    const grid = dark ? "rgba(255,255,255,.10)" : "rgba(0,0,0,.08)";
    const shades = ["#2a9d6f", "#3b6fd4", "#c0392b", dark ? "#5b6472" : "#c3c9d4"];
    const money = new Intl.NumberFormat("en-GB", { style: "currency", currency: data.currency });
    const bars = data.bars.map((one, index) => ({
      label: one.name,
      data: one.amounts,
      backgroundColor: shades[index % shades.length],
      stack: "money",
      maxBarThickness: 48,
      order: 1,
    }));
    const rate = {
      type: "line",
      label: "Recovered, %",
      data: data.rate,
      yAxisID: "rate",
      borderColor: "#d9822b",
      backgroundColor: "#d9822b",
      borderWidth: 2,
      pointRadius: 3,
      order: 0,
    };
    const chart = new Chart(canvas, {
      type: "bar",
      data: { labels: data.labels, datasets: [...bars, rate] },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        scales: {
          x: { stacked: true, ticks: { color: ink }, grid: { display: false } },
          y: { stacked: true, beginAtZero: true, ticks: { color: ink }, grid: { color: grid } },
          rate: { position: "right", min: 0, max: 100, ticks: { color: ink }, grid: { display: false } },
        },
        plugins: {
          legend: { labels: { color: ink, boxWidth: 14, usePointStyle: true } },
          tooltip: {
            callbacks: {
              label: (item) => item.dataset.yAxisID === "rate"
                ? `Recovered: ${item.parsed.y} %` : `${item.dataset.label}: ${money.format(item.parsed.y)}`,
            },
          },
        },
      },
    });
    canvas.dataset.drawn = String(chart.data.datasets.length);
  }

  // Running sums of two months, a point a day.
  function drawMonths(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.months).textContent);
    const dark = document.documentElement.classList.contains("dark");
    const ink = dark ? "#d5d9e0" : "#3c4453";
    const money = new Intl.NumberFormat("en-GB", { style: "currency", currency: data.currency });
    const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
    const line = (label, amounts, color, dash) => ({
      label, data: amounts, borderColor: color, backgroundColor: color, borderWidth: 2,
      borderDash: dash, pointRadius: amounts.length === 1 ? 3 : 0, tension: 0,
    });
    const chart = new Chart(canvas, {
      type: "line",
      data: {
        labels: data.labels,
        datasets: [
          line("This month", data.now, dark ? "#7ba7f7" : "#3b6fd4", []),
          line("Last month", data.before, "#8a93a3", [4, 4]),
        ],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        scales: {
          x: { ticks: { color: ink, maxTicksLimit: 6, maxRotation: 0 }, grid: { display: false } },
          y: { beginAtZero: true, ticks: { color: ink, maxTicksLimit: 4, callback: (value) => short.format(value) }, grid: { color: dark ? "rgba(255,255,255,.10)" : "rgba(0,0,0,.08)" } },
        },
        plugins: {
          legend: { labels: { color: ink, usePointStyle: true, pointStyle: "line", pointStyleWidth: 22 } },
          tooltip: { callbacks: { title: (items) => `Day ${items[0].label}`, label: (item) => `${item.dataset.label}: ${money.format(item.parsed.y)}` } },
        },
      },
    });
    canvas.dataset.drawn = String(chart.data.datasets.length);
  }

  const drawAll = (root) => {
    for (const canvas of root.querySelectorAll("canvas[data-months]:not([data-drawn])")) drawMonths(canvas);
    for (const canvas of root.querySelectorAll("canvas[data-steps]:not([data-drawn])")) drawSteps(canvas);
    for (const canvas of root.querySelectorAll("canvas[data-bars]:not([data-drawn])")) drawBars(canvas);
  };
  window.addEventListener("load", () => drawAll(document));
  document.addEventListener("htmx:afterSettle", (event) => drawAll(event.target));
})();
