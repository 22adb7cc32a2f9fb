namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>A volume at the time of a checkpoint.</summary>
/// <param name="Name">Its name in the Pod.</param>
/// <param name="Kind">emptyDir, configMap, secret, projected or downwardAPI.</param>
/// <param name="DataFolder">Where the kubelet wrote it: the folder that <c>..data</c> pointed to, which open files name. Null for an emptyDir.</param>
public sealed record ArchivedVolume(string Name, string Kind, string? DataFolder = null);
