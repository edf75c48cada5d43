import { Switch as Base } from '@base-ui/react/switch';

export interface SwitchProps {
  label: string;
  checked: boolean;
  /** its words stand beside it already; only a screen reader hears them here */
  bare?: boolean;
  disabled?: boolean;
  onChange(checked: boolean): void;
}

/** On or off at once, with its words before it. */
export function Switch({ label, bare = false, checked, disabled = false, onChange }: SwitchProps) {
  return (
    <label className="flex items-center gap-2 text-ink-2 has-[[data-disabled]]:opacity-45 pointer-coarse:min-h-11">
      <span className={bare ? 'sr-only' : undefined}>{label}</span>
      <Base.Root
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        className="flex h-4 w-7 shrink-0 items-center rounded-full bg-line-strong p-0.5 transition-colors data-[checked]:bg-flame"
      >
        <Base.Thumb className="size-3 rounded-full bg-overlay transition-transform data-[checked]:translate-x-3" />
      </Base.Root>
    </label>
  );
}
