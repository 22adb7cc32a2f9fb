using CheckpointOperator.RestoreRuntime;

// Stands where containerd or CRI-O expects runc or crun, and becomes it for everything but the commands in which a restored container differs.
var arguments = Argument.OfThisProcess();
RuntimeInvocation? invocation = null;
try
{
    if (RealRuntime.IsBoundChild(arguments))
    {
        throw RealRuntime.BecomeBound(arguments);
    }

    invocation = RuntimeInvocation.Parse(arguments[1..]);
    var configuration = RestoreRuntimeConfiguration.Load(Environment.ProcessPath!);
    var marks = new RestoredMarks(configuration.Restored);
    switch (invocation)
    {
        case { Command: "create", Id: not null } when Bundle.NamesARestore(invocation.Bundle):
            return new RestoringCreate(configuration, invocation, new RuntimeLog(invocation)).Run();
        case { Command: "start", Id: { } id } when marks.IsRestored(id.Text):
            marks.Start(id.Text);
            return 0;
        case { Command: "state", Id: { } id } when marks.IsRestored(id.Text):
            return new StateBeforeStart(configuration, invocation).Run();
        case { Command: "delete", Id: { } id }:
            var isUnstarted = marks.IsRestored(id.Text);
            marks.Remove(id.Text, invocation.StateFolder(configuration.Runtime));
            if (isUnstarted)
            {
                // As a created one is: containerd's shim does that where the kubelet ended meanwhile, and stays for ever where it fails. It runs already, so it takes force.
                throw RealRuntime.Become(configuration.Runtime, [.. invocation.Globals, "delete", "--force", id]);
            }

            break;
    }

    throw RealRuntime.Become(configuration.Runtime, invocation.Arguments);
}
catch (Exception exception) when (exception is RestoreRuntimeException or IOException or UnauthorizedAccessException)
{
    new RuntimeLog(invocation).Error(exception.Message);
    return 1;
}
