function(ctx)
  local a = 1;
  local b =
    a + 1
    + 2;
  {
    userId: ctx.identity.id,
    traits: {
      email: ctx.identity.traits.email,
      name: if 'name' in ctx.identity.traits then
        ctx.identity.traits.name
      else 'none',
    },
    flow: std.manifestJsonEx(ctx.flow, '  '),
    list: [
      { a: 1 },
      { b: 2 },
    ],
    nested: foo({
      a: 1,
    }),
    other: foo(
      1,
      2
    ),
    err: if a == 1 then error 'cancel' else null,
    s: 'a %s b' % [ctx.x],
    n: -a,
    m: a - 1,
    assert true,
  }
