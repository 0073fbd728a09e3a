import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { SevenFaces } from "seven-faces";
import { App } from "./App";
import "./App.css";

// The bundler moves the module: this is where `npm run faces` has put the engine and the models.
SevenFaces.base = `${import.meta.env.BASE_URL}seven-faces/`;

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
