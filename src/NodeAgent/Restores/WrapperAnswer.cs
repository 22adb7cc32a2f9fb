namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>A line that the agent answers.</summary>
/// <param name="Action">create, restore, refuse, ok or wait.</param>
internal sealed record WrapperAnswer(string Action)
{
    /// <summary>Folder of CRIU's images (restore).</summary>
    public string? ImagePath { get; init; }

    /// <summary>Folder for CRIU's logs (restore).</summary>
    public string? WorkPath { get; init; }

    /// <summary>CRIU's configuration file (restore).</summary>
    public string? CriuConfig { get; init; }

    /// <summary>Why, in a word (refuse).</summary>
    public string? Reason { get; init; }

    /// <summary>Why, in a line for the kubelet's Event (refuse).</summary>
    public string? Message { get; init; }

    /// <summary>Create the container from its image.</summary>
    public static WrapperAnswer Create { get; } = new("create");

    /// <summary>The restore is proven.</summary>
    public static WrapperAnswer Ok { get; } = new("ok");

    /// <summary>Still at work.</summary>
    public static WrapperAnswer Wait { get; } = new("wait");

    /// <summary>Restore from these folders.</summary>
    public static WrapperAnswer Restore(RestoreJournalEntry entry) =>
        new("restore") { ImagePath = entry.ImagePath, WorkPath = entry.WorkPath, CriuConfig = entry.CriuConfig };

    /// <summary>No.</summary>
    public static WrapperAnswer Refuse(string reason, string message) => new("refuse") { Reason = reason, Message = message.ReplaceLineEndings(" ") };
}
