/** Starts the desk page. */

import { mount } from "svelte";
import App from "./App.svelte";
import "../../shared/look.css";

const target = document.getElementById("app");
if (target) mount(App, { target });
