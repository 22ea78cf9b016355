"""The SIP agent: the only package that knows pjsua2. Orders go in as method calls on `agent.Agent`, news comes out as plain data (`news`)."""
