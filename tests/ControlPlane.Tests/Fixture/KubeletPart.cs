namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>What a scheduler and a kubelet would write.</summary>
public sealed class KubeletPart(TestNamespace space)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Makes a Pod and lets it run on the test's node.</summary>
    public async Task<V1Pod> StartPodAsync(string name, params string[] containers)
    {
        await CreatePodAsync(name, containers);
        return await RunAsync(name);
    }

    /// <summary>Makes a Pod that is on the test's node and does not run yet.</summary>
    public async Task<V1Pod> CreatePodAsync(string name, params string[] containers)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TestNamespace.Limit);
        while (true)
        {
            try
            {
                return await space.Pods.CreateAsync(NewPod(name, containers), limit.Token);
            }
            catch (ApiServerException e) when (e.Answer.Reason == "ServerTimeout")
            {
                // A server before 1.24 asks to try again until its admission has seen the account's token.
                await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
            }
        }
    }

    /// <summary>Writes a Pod and its containers as running.</summary>
    public Task<V1Pod> RunAsync(string name) => SetStatusAsync(name, "Running", pod => [.. pod.Spec.Containers.Select(Running)]);

    /// <summary>Writes a Pod's phase.</summary>
    public Task<V1Pod> SetPhaseAsync(string name, string phase) => SetStatusAsync(name, phase, pod => pod.Status.ContainerStatuses);

    /// <summary>Lets a deleted Pod go at once, as its kubelet does when its containers have ended.</summary>
    public Task RemovePodAsync(string name) => space.Pods.DeleteAsync(space.Key(name), new V1DeleteOptions { GracePeriodSeconds = 0 }, Cancelled);

    private V1Pod NewPod(string name, string[] containers) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = space.Name, Labels = new Dictionary<string, string> { ["app"] = name } },
        Spec = new V1PodSpec
        {
            NodeName = space.NodeName,
            Containers = [.. (containers.Length > 0 ? containers : ["main"]).Select(container => new V1Container { Name = container, Image = $"{container}:1" })],
            Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }],
        },
    };

    private async Task<V1Pod> SetStatusAsync(string name, string phase, Func<V1Pod, IList<V1ContainerStatus>?> containers)
    {
        V1Pod pod = (await space.Pods.GetAsync(space.Key(name), Cancelled))!;
        return await space.Pods.PatchStatusAsync(
            pod,
            current =>
            {
                current.Status.Phase = phase;
                current.Status.ContainerStatuses = containers(current);
            },
            Cancelled);
    }

    private static V1ContainerStatus Running(V1Container container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        ImageID = $"registry.example/{container.Name}@sha256:{new string('a', 64)}",
        ContainerID = $"containerd://{container.Name}",
        Ready = true,
        State = new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = DateTime.UtcNow } },
    };
}
