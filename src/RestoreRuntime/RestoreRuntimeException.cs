namespace CheckpointOperator.RestoreRuntime;

/// <summary>Why the wrapper cannot do what it was asked, in one line for the kubelet's event.</summary>
internal sealed class RestoreRuntimeException(string message, Exception? inner = null) : Exception(message, inner);
