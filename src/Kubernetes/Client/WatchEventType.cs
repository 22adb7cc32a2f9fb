namespace CheckpointOperator.Kubernetes.Client;

/// <summary>What an event of a watch says.</summary>
public enum WatchEventType
{
    /// <summary>The object is new in the watch's scope.</summary>
    Added,

    /// <summary>The object changed.</summary>
    Modified,

    /// <summary>The object is gone from the watch's scope.</summary>
    Deleted,

    /// <summary>Nothing happened up to the resourceVersion that the object carries.</summary>
    Bookmark,
}
