import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwind()],
  // The highlighter's worker loads a grammar when one is needed.
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // Inlined assets would need a looser policy than the page has.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
    rolldownOptions: {
      // Words do nothing, so each file of them comes with the place that says them.
      treeshake: { moduleSideEffects: [{ test: /\/src\/words\//, sideEffects: false }] },
    },
  },
  server: {
    // `npm run dev -w @pilotlight/web` beside a running server.
    proxy: Object.fromEntries(
      ['/api', '/sign-in'].map((path) => [
        path,
        { target: process.env['PILOTLIGHT_URL'] ?? 'http://127.0.0.1:7766', ws: true },
      ]),
    ),
  },
});
