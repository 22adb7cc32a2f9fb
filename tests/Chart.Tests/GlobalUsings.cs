global using CheckpointOperator.Chart.Tests.Rendering;
global using YamlDotNet.RepresentationModel;
