using CheckpointOperator.Operator.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

try
{
    using IHost host = OperatorHost.CreateBuilder(args).Build();
    await host.RunAsync();
    return Environment.ExitCode;
}
catch (OptionsValidationException refused)
{
    foreach (string failure in refused.Failures)
        await Console.Error.WriteLineAsync($"checkpoint-operator: {failure}");
    return 2;
}
