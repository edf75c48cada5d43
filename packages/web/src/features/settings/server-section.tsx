import { CONTINUE_PROMPT, type UpdateSettings } from '@pilotlight/protocol';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { server } from '../../live/server.ts';
import { Section } from '../../ui/page.tsx';
import { Switch } from '../../ui/switch.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { SettingRow } from './setting-row.tsx';

const text = words.settings;
const KEY = ['settings'];

/** Another browser may change it too: it is asked for again whenever this one is looked at. */
export function ServerSection() {
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: KEY, queryFn: () => server.getSettings(), staleTime: 0 });
  const { mutate, isPending, variables } = useMutation({
    mutationFn: (changes: UpdateSettings) => server.updateSettings(changes),
    onSuccess: (settings) => queries.setQueryData(KEY, settings),
    onError: showError,
  });
  const shown = { ...data, ...(isPending ? variables : {}) };
  return (
    <Section id="server" title={text.sections.server.title} note={text.everywhere}>
      <SettingRow title={text.continueInterrupted} about={text.continueInterruptedAbout(CONTINUE_PROMPT)}>
        <Switch
          bare
          label={text.continueInterrupted}
          checked={shown.continueInterrupted ?? false}
          disabled={data === undefined}
          onChange={(continueInterrupted) => mutate({ continueInterrupted })}
        />
      </SettingRow>
      <SettingRow title={text.goOnAfterLimit} about={text.goOnAfterLimitAbout}>
        <Switch
          bare
          label={text.goOnAfterLimit}
          checked={shown.goOnAfterLimit ?? false}
          disabled={data === undefined}
          onChange={(goOnAfterLimit) => mutate({ goOnAfterLimit })}
        />
      </SettingRow>
    </Section>
  );
}
