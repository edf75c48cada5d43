import { useRef, useState } from 'react';
import { Dialog } from '../../ui/dialog.tsx';
import * as words from '../../words/index.ts';
import { NewSessionForm } from './new-session-form.tsx';
import { closeNewSession, useNewSession } from './new-session.ts';

/** The one dialog that begins a session, wherever it was asked for. */
export function NewSessionDialog() {
  const { isOpen, projectId, opened } = useNewSession();
  const [browsing, setBrowsing] = useState(false);
  const prompt = useRef<HTMLTextAreaElement>(null);
  return (
    <Dialog
      open={isOpen}
      onClose={closeNewSession}
      title={browsing ? words.board.folder.title : words.board.create.title}
      className="phone:w-[640px]"
      initialFocus={prompt}
    >
      <NewSessionForm
        key={opened}
        projectId={projectId}
        promptRef={prompt}
        onBrowsing={setBrowsing}
        onDone={closeNewSession}
      />
    </Dialog>
  );
}
