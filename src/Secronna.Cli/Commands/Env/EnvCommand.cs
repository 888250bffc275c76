using System.CommandLine;

namespace Secronna.Cli.Commands.Env;

/// <summary><c>env create|ls|rm|diff|restore</c>.</summary>
internal static class EnvCommand
{
    public static Command Create() => new("env", "Manage the environments of projects")
    {
        CreateEnvCommand.Create(), ListEnvsCommand.Create(), RemoveEnvCommand.Create(), DiffEnvCommand.Create(), RestoreEnvCommand.Create(),
    };
}
