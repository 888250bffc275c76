namespace Secronna.Cli.Errors;

/// <summary>The words of the command line contradict each other or break a rule. The program ends with exit code 2.</summary>
/// <param name="message">How the command line must be written.</param>
internal sealed class UsageException(string message) : CliException(message)
{
    /// <inheritdoc/>
    public override int ExitCode => 2;
}
