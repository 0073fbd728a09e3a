import { Person } from "./person";

/** Rendered by the server at every request, the elements included; their faces are made in the browser. */
export const dynamic = "force-dynamic";

export default function Page() {
  return (
    <main>
      <h1>In Next.js</h1>
      <Person seed={6} />
      <p>
        The server wrote this page at <time>{new Date().toISOString()}</time>. It made no face.
      </p>
    </main>
  );
}
