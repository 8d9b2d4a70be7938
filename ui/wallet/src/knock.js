/* What the wallet's worker does with a knock: kind words and a number, in the person's language.
   Nothing of it tells whose phone this is or what happened: others see it on a locked screen. */

const WORDS = {
  vi: {
    title: "Ví mã của bạn",
    card: "Thẻ của bạn có thay đổi. Mở ví để xem vì sao và việc cần làm.",
    record: "Hồ sơ của bạn có tin mới.",
    identity: "Thông tin của bạn có tin mới.",
    code: "Mã của bạn có tin mới.",
    family: "Gia đình bạn có tin mới.",
    account: "Ví của bạn có tin mới. Hãy xem có phải bạn làm không.",
    read: "Có người xem thông tin của bạn. Mở ví để biết ai.",
    other: "Ví của bạn có tin mới.",
    more: (count) => `${count} tin chưa xem.`,
  },
  en: {
    title: "Your wallet",
    card: "Your card changes. Open the wallet to see why, and what to do.",
    record: "There is news of your records.",
    identity: "There is news of your data.",
    code: "There is news of your code.",
    family: "There is news of your family.",
    account: "There is news of your wallet. See whether it was you.",
    read: "Somebody saw your data. Open the wallet to see who.",
    other: "There is news in your wallet.",
    more: (count) => `${count} unread.`,
  },
};

self.addEventListener("push", (event) => event.waitUntil(knock(event.data)));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openInbox());
});

async function knock(data) {
  const { kind, count } = said(data);
  const language = await languageOf();
  const words = WORDS[language];
  const body = [words[kind] ?? words.other, ...(count > 1 ? [words.more(count)] : [])].join(" ");
  // One at a time: the newest stands for those before it.
  await self.registration.showNotification(words.title, {
    body, lang: language, tag: "motma", icon: "./icon-192.png",
  });
}

/* A browser takes the right to push away from a page that stays silent: whatever came is told. */
function said(data) {
  try {
    const { kind, count } = data.json();
    return { kind: String(kind), count: Number(count) };
  } catch {
    return { kind: "other", count: 1 };
  }
}

function languageOf() {
  return new Promise((resolve) => {
    const opening = indexedDB.open("motma-wallet", 1);
    opening.onerror = () => resolve("vi");
    // Nothing is made here: a phone that keeps no code is not to be given an empty store.
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onsuccess = () => {
      const asked = opening.result.transaction("small").objectStore("small").get("language");
      asked.onsuccess = () => resolve(asked.result === "en" ? "en" : "vi");
      asked.onerror = () => resolve("vi");
    };
  });
}

async function openInbox() {
  const target = "./#/more/notices";
  const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!open) return self.clients.openWindow(target);
  await open.focus();
  return open.navigate(target);
}
