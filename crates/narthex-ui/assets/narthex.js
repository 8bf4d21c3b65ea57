// Small comforts; every page works without them.
(() => {
  'use strict';
  document.documentElement.classList.add('scripted');

  for (const box of document.querySelectorAll('.password')) {
    const input = box.querySelector('input');
    const toggle = document.createElement('button');
    toggle.type = 'button';
    toggle.className = 'toggle';
    toggle.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7S2 12 2 12Z"/><circle cx="12" cy="12" r="3"/><path class="slash" d="M4 20 20 4"/></svg>';
    const draw = () => {
      const shown = input.type === 'text';
      toggle.classList.toggle('shown', shown);
      toggle.setAttribute('aria-label', shown ? box.dataset.hide : box.dataset.show);
    };
    toggle.addEventListener('click', () => {
      input.type = input.type === 'text' ? 'password' : 'text';
      draw();
      input.focus();
    });
    draw();
    box.append(toggle);
    input.form?.addEventListener('submit', () => { input.type = 'password'; });
  }

  // A second press while the first is on its way does nothing. The button stays enabled, so that it is sent.
  for (const form of document.forms) {
    form.addEventListener('submit', (event) => {
      if (form.getAttribute('aria-busy')) event.preventDefault();
      else form.setAttribute('aria-busy', 'true');
    });
  }
  addEventListener('pageshow', () => {
    for (const form of document.forms) form.removeAttribute('aria-busy');
  });

  // Functions of security keys and passkeys, which come with scripts of their own.
  const call = (name, value) => {
    const known = typeof name === 'string' && /^ory[A-Z][A-Za-z0-9]*$/.test(name) && window[name];
    if (typeof known === 'function') known(value ? JSON.parse(value) : undefined);
  };
  for (const button of document.querySelectorAll('button[data-trigger]')) {
    button.addEventListener('click', () => call(button.dataset.trigger, button.value));
  }
  addEventListener('load', () => {
    // Where `autofocus` works for fields only.
    if (document.activeElement === document.body) document.getElementById('errors')?.focus();
    for (const input of document.querySelectorAll('[data-load-trigger]')) call(input.dataset.loadTrigger);
  });
})();
