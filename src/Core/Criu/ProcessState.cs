using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.Criu;

/// <summary>A process's state; the numbers are CRIU's (compel/include/uapi/task-state.h).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProcessState>))]
public enum ProcessState
{
    /// <summary>A number that is none of CRIU's.</summary>
    Unknown = 0,

    /// <summary>It ran or slept.</summary>
    Alive = 1,

    /// <summary>It had ended. CRIU writes zombies so, too.</summary>
    Dead = 2,

    /// <summary>A signal had stopped it.</summary>
    Stopped = 3,

    /// <summary>A zombie, while CRIU looks at it; its images have <see cref="Dead"/>.</summary>
    Zombie = 6,
}
