"use client";

import { useEffect, useRef, useState } from "react";
import { SevenFaces, type SevenFacesElement, type SevenFacesEventMap } from "seven-faces";

// On the server this does nothing. In the browser it says where `npm run faces` has put the engine and the models.
SevenFaces.base = "/seven-faces/";

/** A person, and a button for the next one. */
export function Person({ seed }: { seed: number }) {
  const [more, setMore] = useState(0);
  const [said, setSaid] = useState("The face is on its way.");
  const element = useRef<SevenFacesElement>(null);
  // Not `ongenerated`: of an element that the server wrote, React takes over neither such functions nor objects.
  useEffect(() => {
    const hear = ({ detail }: SevenFacesEventMap["generated"]) => setSaid(`Seed ${detail.seed}, made by ${detail.reason}.`);
    const current = element.current;
    current?.addEventListener("generated", hear);
    return () => current?.removeEventListener("generated", hear);
  }, []);
  return (
    <>
      <seven-faces
        ref={element}
        emotion="happy:0.7,surprise:0.3"
        seed={seed + more}
        size={240}
        controls={false}
      />
      <button type="button" onClick={() => setMore(more + 1)}>
        Another person
      </button>
      <p role="status">{said}</p>
    </>
  );
}
