using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace CheckpointOperator.Plugin.Api;

/// <summary>Finds the kubeconfig as kubectl does: the file that is named, those of KUBECONFIG merged, or ~/.kube/config; in a Pod without one its account.</summary>
internal static class Kubeconfig
{
    /// <summary>Reads it.</summary>
    /// <param name="file">The file that is named, or null.</param>
    /// <param name="context">The context that is named, or null.</param>
    /// <exception cref="KubeConfigException">It is missing or damaged, or has no such context.</exception>
    public static KubernetesClientConfiguration Read(string? file, string? context)
    {
        FileInfo[] files = Files(file);
        KubernetesClientConfiguration configuration = files.Length == 0 && KubernetesClientConfiguration.IsInCluster()
            ? KubernetesClientConfiguration.InClusterConfig()
            : KubernetesClientConfiguration.BuildConfigFromConfigObject(Load(files), context);
        configuration.UserAgent = $"kubectl-checkpoint/{typeof(Kubeconfig).Assembly.GetName().Version?.ToString(3)}";
        return configuration;
    }

    /// <summary>The names of its contexts.</summary>
    /// <param name="file">The file that is named, or null.</param>
    public static IEnumerable<string> ContextNames(string? file) => Load(Files(file)).Contexts?.Select(context => context.Name) ?? [];

    private static K8SConfiguration Load(FileInfo[] files) => files.Length == 0
        ? throw new KubeConfigException("there is none: no --kubeconfig, no file of KUBECONFIG and no ~/.kube/config")
        : files.Select(file => KubernetesClientConfiguration.LoadKubeConfig(file)).Aggregate(Merge);

    // As kubectl: of what several files name alike, the first counts.
    private static K8SConfiguration Merge(K8SConfiguration first, K8SConfiguration second)
    {
        first.CurrentContext ??= second.CurrentContext;
        first.Contexts = (first.Contexts ?? []).Concat(second.Contexts ?? []).DistinctBy(context => context.Name).ToList();
        first.Clusters = (first.Clusters ?? []).Concat(second.Clusters ?? []).DistinctBy(cluster => cluster.Name).ToList();
        first.Users = (first.Users ?? []).Concat(second.Users ?? []).DistinctBy(user => user.Name).ToList();
        return first;
    }

    private static FileInfo[] Files(string? file)
    {
        if (file is not null)
            return File.Exists(file) ? [new FileInfo(file)] : throw new KubeConfigException($"there is no file {file}");
        string[] paths = Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } list
            ? list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")];
        // As kubectl, which passes over those of the list that are not there.
        return [.. paths.Where(File.Exists).Select(path => new FileInfo(path))];
    }
}
