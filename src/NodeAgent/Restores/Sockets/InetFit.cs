namespace CheckpointOperator.NodeAgent.Restores.Sockets;

/// <summary>What became of a checkpoint's sockets.</summary>
/// <param name="Kept">Ends of TCP connections that go on.</param>
/// <param name="Closed">Ends of TCP connections that were closed.</param>
/// <param name="Moved">Servers' and datagram sockets that have the Pod's new address instead of its old one.</param>
internal sealed record InetFit(int Kept, int Closed, int Moved);
