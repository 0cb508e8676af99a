"""The plan of queues, memory, meters and hosts, part by part; `easterly.qos.plan` puts it together."""
