namespace CheckpointOperator.NodeAgent.Interop;

internal static class Libraries
{
    internal const string Libc = "libc";
}
