namespace CheckpointOperator.ControlPlane.Tests.Objects;

/// <summary>An object that is to be refused, and by whose words.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Spec">Its spec in YAML.</param>
/// <param name="Expected">What the API server's answer contains: the field and, where all versions say it alike, what is wrong.</param>
/// <param name="Controller">What the controller's condition contains on a server that knows no CEL; null where the schema refuses on every server.</param>
/// <param name="Change">The spec that it is changed to, where that is what is refused; null where it is refused as it is made.</param>
public sealed record BadObject(string Kind, string Spec, string Expected, string? Controller = null, string? Change = null)
{
    private const string Checkpoint = "ContainerCheckpoint";
    private const string Restore = "ContainerRestore";
    private const string Immutable = "spec is immutable; make a new";
    private const string Changed = "spec was changed after the work on it began";
    private static readonly string Name254 = new('a', 254);
    private static readonly string Label64 = new('a', 64);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<BadObject> All { get; } =
    [
        // The Pod.
        new(Checkpoint, "{}", "spec.pod: Required value"),
        new(Checkpoint, "{pod: null}", "spec.pod"),
        new(Checkpoint, "{pod: ''}", "spec.pod in body should be at least 1 chars long"),
        new(Checkpoint, "{pod: Web}", "spec.pod in body should match"),
        new(Checkpoint, "{pod: web_1}", "spec.pod in body should match"),
        new(Checkpoint, "{pod: -web}", "spec.pod in body should match"),
        new(Checkpoint, "{pod: web-}", "spec.pod in body should match"),
        new(Checkpoint, "{pod: web..one}", "spec.pod in body should match"),
        new(Checkpoint, "{pod: other/web}", "spec.pod in body should match"),
        new(Checkpoint, $"{{pod: {Name254}}}", "spec.pod"),
        new(Checkpoint, "{pod: 7}", "spec.pod in body must be of type string"),
        new(Checkpoint, "{pod: [web]}", "spec.pod in body must be of type string"),
        new(Checkpoint, "[]", "spec in body must be of type object"),
        // The container.
        new(Checkpoint, "{pod: web, container: ''}", "spec.container in body should be at least 1 chars long"),
        new(Checkpoint, "{pod: web, container: Main}", "spec.container in body should match"),
        new(Checkpoint, "{pod: web, container: main.one}", "spec.container in body should match"),
        new(Checkpoint, $"{{pod: web, container: {Label64}}}", "spec.container"),
        new(Checkpoint, "{pod: web, container: 1}", "spec.container in body must be of type string"),
        // What has a set of values.
        new(Checkpoint, "{pod: web, engine: Magic}", "spec.engine: Unsupported value: \"Magic\""),
        new(Checkpoint, "{pod: web, engine: runtime}", "spec.engine: Unsupported value: \"runtime\""),
        new(Checkpoint, "{pod: web, engine: ''}", "spec.engine: Unsupported value: \"\""),
        new(Checkpoint, "{pod: web, afterCheckpoint: Restart}", "spec.afterCheckpoint: Unsupported value"),
        new(Checkpoint, "{pod: web, volumes: All}", "spec.volumes: Unsupported value"),
        new(Checkpoint, "{pod: web, volumes: [data]}", "spec.volumes in body must be of type string"),
        new(Checkpoint, "{pod: web, deletionPolicy: Maybe}", "spec.deletionPolicy: Unsupported value"),
        // Durations.
        new(Checkpoint, "{pod: web, timeout: soon}", "spec.timeout in body should match"),
        new(Checkpoint, "{pod: web, timeout: ''}", "spec.timeout in body should match"),
        new(Checkpoint, "{pod: web, timeout: '10'}", "spec.timeout in body should match"),
        new(Checkpoint, "{pod: web, timeout: -1m}", "spec.timeout in body should match"),
        new(Checkpoint, "{pod: web, timeout: 1d}", "spec.timeout in body should match"),
        new(Checkpoint, "{pod: web, timeout: 5us}", "spec.timeout in body should match"),
        new(Checkpoint, "{pod: web, timeout: 30}", "spec.timeout in body must be of type string"),
        new(Checkpoint, "{pod: web, timeout: 1m1m1m1m1m1m1m1m1m1m1m1m1m1m1m1m1m}", "spec.timeout"),
        new(Checkpoint, "{pod: web, timeout: 0s}", "timeout has to be longer than 0s and at most 1h", "spec.timeout is \"0s\"; it has to be a duration above zero"),
        new(Checkpoint, "{pod: web, timeout: 61m}", "timeout has to be longer than 0s and at most 1h", "spec.timeout is 61m, which is more than 1h"),
        new(Checkpoint, "{pod: web, timeout: 1h0m1s}", "timeout has to be longer than 0s and at most 1h", "spec.timeout is 1h0m1s, which is more than 1h"),
        new(Checkpoint, "{pod: web, timeout: 999999999999h}", "spec.timeout", "spec.timeout is \"999999999999h\""),
        new(Checkpoint, "{pod: web, ttl: 1d}", "spec.ttl in body should match"),
        new(Checkpoint, "{pod: web, ttl: ''}", "spec.ttl in body should match"),
        new(Checkpoint, "{pod: web, ttl: -24h}", "spec.ttl in body should match"),
        new(Checkpoint, "{pod: web, ttl: 24}", "spec.ttl in body must be of type string"),
        new(Checkpoint, "{pod: web, ttl: 0h}", "ttl has to be longer than 0s", "spec.ttl is \"0h\"; it has to be a duration above zero"),
        // What cannot be changed.
        new(Checkpoint, "{pod: web}", Immutable, Changed, "{pod: other}"),
        new(Checkpoint, "{pod: web, ttl: 24h}", Immutable, Changed, "{ttl: 1s}"),
        new(Checkpoint, "{pod: web}", Immutable, Changed, "{afterCheckpoint: DeletePod}"),

        // The checkpoints.
        new(Restore, "{}", "spec"),
        new(Restore, "{checkpoint: first, containers: [{name: a, checkpoint: b}]}", "spec"),
        new(Restore, "{checkpoint: ''}", "spec.checkpoint in body should be at least 1 chars long"),
        new(Restore, "{checkpoint: First}", "spec.checkpoint in body should match"),
        new(Restore, "{checkpoint: other/first}", "spec.checkpoint in body should match"),
        new(Restore, $"{{checkpoint: {Name254}}}", "spec.checkpoint"),
        new(Restore, "{checkpoint: 5}", "spec.checkpoint in body must be of type string"),
        new(Restore, "{containers: []}", "spec.containers"),
        new(Restore, "{containers: {a: b}}", "spec.containers in body must be of type array"),
        new(Restore, "{containers: [{name: a}]}", "spec.containers[0].checkpoint: Required value"),
        new(Restore, "{containers: [{checkpoint: b}]}", "spec.containers[0].name: Required value"),
        new(Restore, "{containers: [{name: a, checkpoint: Not_A_Name}]}", "spec.containers[0].checkpoint in body should match"),
        new(Restore, "{containers: [{name: a.b, checkpoint: b}]}", "spec.containers[0].name in body should match"),
        new(Restore, "{containers: [{name: a, checkpoint: b}, {name: a, checkpoint: c}]}", "spec.containers[1]: Duplicate value"),
        new(Restore, $"{{containers: [{string.Join(", ", Enumerable.Range(0, 33).Select(number => $"{{name: a{number}, checkpoint: b{number}}}"))}]}}", "spec.containers"),
        new(Restore, "{containers: [{name: a, checkpoint: c}, {name: b, checkpoint: c}]}", "a checkpoint is of one container; name another one for each", "spec.containers names the checkpoint c 2 times"),
        // The Pod.
        new(Restore, "{checkpoint: first, podName: ''}", "spec.podName in body should be at least 1 chars long"),
        new(Restore, "{checkpoint: first, podName: Not_A_Name}", "spec.podName in body should match"),
        new(Restore, "{checkpoint: first, podName: other/web}", "spec.podName in body should match"),
        // What has a set of values.
        new(Restore, "{checkpoint: first, target: Moon}", "spec.target: Unsupported value"),
        new(Restore, "{checkpoint: first, onContainerRestart: Never}", "spec.onContainerRestart: Unsupported value"),
        new(Restore, "{checkpoint: first, tcpConnections: Keep}", "spec.tcpConnections: Unsupported value"),
        new(Restore, "{checkpoint: first, target: Files, podName: web}", "podName and template belong to target Pod", "spec.podName and spec.template belong to target Pod"),
        new(Restore, "{checkpoint: first, target: Files, template: {metadata: {labels: {a: b}}}}", "podName and template belong to target Pod", "spec.podName and spec.template belong to target Pod"),
        // The template.
        new(Restore, "{checkpoint: first, template: []}", "spec.template in body must be of type object"),
        new(Restore, "{checkpoint: first, template: {metadata: {labels: {a: 1}}}}", "spec.template.metadata.labels.a in body must be of type string"),
        new(Restore, $"{{checkpoint: first, template: {{metadata: {{labels: {{a: {Label64}}}}}}}}}", "spec.template.metadata.labels.a"),
        new(Restore, "{checkpoint: first, template: {metadata: {annotations: {restore.checkpoint-operator.io/main: other}}}}",
            "annotations that begin with restore.checkpoint-operator.io/ are set by the operator", "spec.template.metadata.annotations has restore.checkpoint-operator.io/main"),
        new(Restore, "{checkpoint: first, template: {spec: {nodeSelector: [a]}}}", "spec.template.spec.nodeSelector in body must be of type object"),
        new(Restore, "{checkpoint: first, template: {spec: {tolerations: all}}}", "spec.template.spec.tolerations in body must be of type array"),
        new(Restore, $"{{checkpoint: first, template: {{spec: {{priorityClassName: {Name254}}}}}}}", "spec.template.spec.priorityClassName"),
        new(Restore, "{checkpoint: first, template: {spec: {terminationGracePeriodSeconds: -1}}}", "spec.template.spec.terminationGracePeriodSeconds in body should be greater than or equal to 0"),
        new(Restore, "{checkpoint: first, template: {spec: {terminationGracePeriodSeconds: soon}}}", "spec.template.spec.terminationGracePeriodSeconds in body must be of type integer"),
        new(Restore, "{checkpoint: first, template: {spec: {containers: [{resources: {}}]}}}", "spec.template.spec.containers[0].name: Required value"),
        new(Restore, "{checkpoint: first, template: {spec: {containers: [{name: a}, {name: a}]}}}", "spec.template.spec.containers[1]: Duplicate value"),
        new(Restore, "{checkpoint: first, template: {spec: {volumes: [{emptyDir: {}}]}}}", "spec.template.spec.volumes[0].name: Required value"),
        new(Restore, "{checkpoint: first, template: {spec: {volumes: [{name: Data}]}}}", "spec.template.spec.volumes[0].name in body should match"),
        new(Restore, "{checkpoint: first, template: {spec: {volumes: [{name: a}, {name: a}]}}}", "spec.template.spec.volumes[1]: Duplicate value"),
        // What cannot be changed.
        new(Restore, "{checkpoint: first}", Immutable, Changed, "{checkpoint: second}"),
        new(Restore, "{checkpoint: first}", Immutable, Changed, "{podName: other}"),
        new(Restore, "{checkpoint: first}", Immutable, Changed, "{onContainerRestart: RestoreAgain}"),
    ];
}
