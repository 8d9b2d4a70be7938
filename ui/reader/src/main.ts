/** Starts the reader page, and keeps it for the time without a network. */

import { mount } from "svelte";
import App from "./App.svelte";
import "../../shared/look.css";

const target = document.getElementById("app");
if (target) mount(App, { target });

// Where the page is not a secure one there is no service worker, and the page says so itself.
if (import.meta.env.PROD) void navigator.serviceWorker?.register("./sw.js").catch(() => undefined);
