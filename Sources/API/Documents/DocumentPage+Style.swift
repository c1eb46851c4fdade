extension DocumentPage {
    /// Follows the system's light or dark.
    static let style = """
        :root { color-scheme: light dark; --line: light-dark(#d5d5d5, #444); --soft: light-dark(#666, #aaa);
          --field: light-dark(#fff, #1c1c1c); --page: light-dark(#fafafa, #141414); --link: light-dark(#0550ae, #79b8ff); }
        * { box-sizing: border-box; }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1000px; padding: 0 1rem 4rem;
          background: var(--page); color: light-dark(#1a1a1a, #e6e6e6); }
        a { color: var(--link); }
        small, .soft { color: var(--soft); font-weight: normal; }
        form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin: .6rem 0; }
        label { display: inline-flex; flex-direction: column; font-size: 13px; color: var(--soft); }
        input, textarea, button { font: inherit; font-size: 15px; max-width: 100%; color: inherit; background: var(--field); padding: .25rem .5rem;
          border: 1px solid var(--line); border-radius: 4px; }
        button { cursor: pointer; }
        :focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
        textarea, pre, code, .path { font-family: ui-monospace, monospace; font-size: 13px; }
        textarea { width: 100%; min-height: 7rem; }
        header form { display: inline-flex; margin-right: 1rem; }
        nav { display: flex; flex-wrap: wrap; gap: .2rem .9rem; margin: .8rem 0; }
        h2 { margin: 2rem 0 .4rem; border-bottom: 1px solid var(--line); }
        h3 { font-size: 15px; margin: 1rem 0 .2rem; }
        details { border: 1px solid var(--line); border-radius: 6px; margin: .35rem 0; background: var(--field); }
        summary { padding: .35rem .6rem; cursor: pointer; }
        details > div { padding: 0 .8rem .8rem; overflow-x: auto; }
        .path { overflow-wrap: anywhere; margin-right: .4rem; }
        .method { display: inline-block; min-width: 4.5em; font: bold 12px ui-monospace, monospace; }
        .GET { color: light-dark(#0a6b2d, #6fdc8c); } .POST { color: light-dark(#0550ae, #79b8ff); }
        .PUT { color: light-dark(#8a4b00, #ffb870); } .DELETE { color: light-dark(#a40e26, #ff8f9c); }
        table { border-collapse: collapse; width: 100%; font-size: 14px; }
        th, td { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0;
          border-bottom: 1px solid var(--line); }
        @media (min-width: 700px) { td:first-child { white-space: nowrap; } }
        @media (max-width: 699px) { td { overflow-wrap: break-word; } }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: 4px;
          padding: .5rem; max-height: 30rem; overflow-y: auto; }
        [hidden] { display: none; }
        """
}
