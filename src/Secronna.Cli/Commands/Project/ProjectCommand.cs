using System.CommandLine;

namespace Secronna.Cli.Commands.Project;

/// <summary><c>project create|ls|rm</c>.</summary>
internal static class ProjectCommand
{
    public static Command Create() =>
        new("project", "Manage projects") { CreateProjectCommand.Create(), ListProjectsCommand.Create(), RemoveProjectCommand.Create() };
}
