using Secronna.Tests.Contract;

namespace Secronna.UnitTests.Client.Testing;

/// <summary>Performs operations with another driver, and records the commands that would have performed those that succeeded.</summary>
internal sealed class CommandRecordingDriver(ContractDriver inner, List<IReadOnlyList<string>> commands) : ContractDriver
{
    public override HttpDriver OverHttp => inner.OverHttp;

    public override ContractDriver As(string token) => new CommandRecordingDriver(inner.As(token), commands);

    public override async Task<Outcome> TryAsync(Operation operation)
    {
        var outcome = await inner.TryAsync(operation);
        if (outcome.Code is null && operation.Command is { } command)
        {
            commands.Add(command);
        }

        return outcome;
    }
}
