using System.CommandLine;

namespace Secronna.Cli.Commands.Secret;

/// <summary><c>secret set|ls|reveal|versions|rollback|destroy|rm</c>.</summary>
internal static class SecretCommand
{
    public static Command Create() => new("secret", "Manage the secrets of environments")
    {
        SetSecretCommand.Create(),
        ListSecretsCommand.Create(),
        RevealSecretCommand.Create(),
        ListVersionsCommand.Create(),
        RollBackSecretCommand.Create(),
        DestroyVersionCommand.Create(),
        RemoveSecretCommand.Create(),
    };
}
