using CheckpointOperator.ControlPlane.Benchmark;
using CheckpointOperator.Kubernetes.Client;
using k8s;

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
}
catch (ArgumentException wrong)
{
    await Console.Error.WriteLineAsync($"error: {wrong.Message}");
    return 2;
}

using ApiConnection connection = new(KubernetesClientConfiguration.BuildConfigFromConfigFile(options.Kubeconfig));
Figures figures = await new Run(new SimulatedCluster(connection, options), options).MeasureAsync(CancellationToken.None);
figures.Write(Console.Out);
if (options.Json is { } path)
    await File.WriteAllTextAsync(path, figures.ToJson());
foreach (string problem in figures.Problems)
    await Console.Error.WriteLineAsync($"error: {problem}");
return figures.Problems.Count == 0 ? 0 : 1;
