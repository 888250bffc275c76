using Secronna.Tests.Contract;

namespace Secronna.UnitTests.Client;

/// <summary>Another way to reach a server, which notes each command that the command line would have been given.</summary>
internal sealed class NotingDriver(ContractDriver inner, List<IReadOnlyList<string>> commands) : ContractDriver
{
    public override HttpDriver OverHttp => inner.OverHttp;

    public override ContractDriver As(string token) => new NotingDriver(inner.As(token), commands);

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
