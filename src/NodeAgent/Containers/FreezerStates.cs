namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>The kernel's words for freezing a control group (cgroup-v1/freezer-subsystem.rst, cgroup-v2.rst).</summary>
/// <param name="File">The file that is written.</param>
/// <param name="Freeze">What is written to freeze.</param>
/// <param name="Thaw">What is written to thaw.</param>
/// <param name="Answer">The file that is read.</param>
/// <param name="Frozen">Its line when everything stands still.</param>
/// <param name="Thawed">Its line when everything goes on.</param>
internal sealed record FreezerStates(string File, string Freeze, string Thaw, string Answer, string Frozen, string Thawed)
{
    /// <summary>The controller of version 1.</summary>
    public const string Controller = "freezer";

    /// <summary>Version 1.</summary>
    public static FreezerStates Old { get; } = new("freezer.state", "FROZEN", "THAWED", "freezer.state", "FROZEN", "THAWED");

    /// <summary>Version 2.</summary>
    public static FreezerStates Unified { get; } = new("cgroup.freeze", "1", "0", "cgroup.events", "frozen 1", "frozen 0");
}
