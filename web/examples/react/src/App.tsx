import { useEffect, useRef, useState } from "react";
import { SevenFaces, type Made } from "seven-faces";

/** One person whose expression is the state of a slider, and eight others without an element. */
export function App() {
  const [joy, setJoy] = useState(0.5);
  const [controls, setControls] = useState(false);
  const [made, setMade] = useState<Made>();
  const emotion = { happy: joy, sad: 1 - joy };
  return (
    <main>
      <h1>In React</h1>
      <seven-faces
        emotion={emotion}
        seed={6}
        size={240}
        controls={controls}
        ongenerated={({ detail }) => setMade(detail)}
        onerror={({ detail }) => console.error(detail.message)}
      />
      <label>
        sad <input type="range" min="0" max="1" step="0.1" value={joy} onChange={(event) => setJoy(Number(event.target.value))} /> happy
      </label>
      <label>
        <input type="checkbox" checked={controls} onChange={(event) => setControls(event.target.checked)} /> with controls
      </label>
      <p role="status">{made ? `${made.emotion}, made in ${made.milliseconds.toFixed(0)} ms by ${made.reason}` : "The face is on its way."}</p>
      <Crowd emotion="surprise" />
    </main>
  );
}

/** Pixels without an element. */
function Crowd({ emotion }: { emotion: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const loading = SevenFaces.load();
    const painted = loading.then(async (faces) => {
      const images = await faces.generate({ emotion, seed: 100, count: 8 });
      const context = canvas.current?.getContext("2d");
      images.forEach((image, index) => context?.putImageData(image, index * image.width, 0));
    });
    painted.catch((error: Error) => error.name === "AbortError" || console.error(error.message));
    return () => void loading.then((faces) => faces.close(), () => {});
  }, [emotion]);
  return <canvas ref={canvas} width={384} height={48} role="img" aria-label={`Eight people, ${emotion}`} />;
}
