using System.CommandLine;

namespace Secronna.Cli.Commands;

/// <summary>The arguments and options that name a project, an environment or a secret.</summary>
internal static class ResourceArguments
{
    private const string EnvironmentDescription = "The environment: its id, or project/environment";

    public static Argument<string> Project() => new("PROJECT") { Description = "The project: its id or slug" };

    public static Argument<string> Environment() => new("ENV") { Description = EnvironmentDescription };

    public static Argument<string> OtherEnvironment() => new("OTHER") { Description = "The other environment: its id, or project/environment" };

    public static Argument<string> Secret() => new("SECRET") { Description = "The secret: its id, or project/environment/KEY" };

    /// <summary>The required option <c>--env</c>.</summary>
    public static Option<string> EnvironmentOption() => new("--env") { Description = EnvironmentDescription, Required = true };

    /// <summary>The option <c>--force</c> of commands that delete what may contain secrets.</summary>
    public static Option<bool> Force() => new("--force") { Description = "Delete it even if it contains secrets; their values are destroyed" };
}
