using CheckpointOperator.Operator.Hosting;
using Microsoft.Extensions.Hosting;

using IHost host = OperatorHost.CreateBuilder(args).Build();
await host.RunAsync();
return Environment.ExitCode;
