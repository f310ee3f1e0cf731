package dev.cenote.errorprone;

import com.google.errorprone.BugPattern;
import com.google.errorprone.BugPattern.SeverityLevel;
import com.google.errorprone.VisitorState;
import com.google.errorprone.bugpatterns.BugChecker;
import com.google.errorprone.bugpatterns.BugChecker.BlockTreeMatcher;
import com.google.errorprone.matchers.Description;
import com.google.errorprone.util.ASTHelpers;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.VariableTree;
import com.sun.tools.javac.code.Symbol.VarSymbol;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Flags a block, arena or buffer, or a view of its memory, that is used after it was put or closed by an earlier statement of
 * the same block of statements; a second put or close of a block as well. What a branch or a loop closes is not followed.
 */
@BugPattern(
    summary = "Memory of Cenote is used after its owner was put or closed; it belongs to somebody else by then.",
    severity = SeverityLevel.ERROR,
    linkType = BugPattern.LinkType.NONE)
public final class CenoteUseAfterClose extends BugChecker implements BlockTreeMatcher {

    private static final long serialVersionUID = 1L;

    /** Error Prone makes one for each compilation. */
    public CenoteUseAfterClose() {
    }

    @Override
    public Description matchBlock(BlockTree tree, VisitorState state) {
        List<? extends StatementTree> statements = tree.getStatements();
        for (int i = 0; i < statements.size(); i++) {
            Set<VarSymbol> closed = new HashSet<>();
            closedBy(statements.get(i), closed, state);
            for (VarSymbol owner : closed) {
                Set<VarSymbol> views = views(statements.subList(0, i), owner, state);
                report(new StaleUses(owner, views, true), statements.subList(i + 1, statements.size()), state);
            }
            VarSymbol reset = statements.get(i) instanceof ExpressionStatementTree simple
                ? Memory.resetBy(simple.getExpression(), state) : null;
            if (reset != null) {
                Set<VarSymbol> views = views(statements.subList(0, i), reset, state);
                report(new StaleUses(reset, views, false), statements.subList(i + 1, statements.size()), state);
            }
        }
        return Description.NO_MATCH;
    }

    private void report(StaleUses uses, List<? extends StatementTree> following, VisitorState state) {
        Tree found = uses.firstIn(following);
        if (found != null) {
            state.reportMatch(buildDescription(found).setMessage(uses.text()).build());
        }
    }

    /** What a statement closes whenever it completes normally. */
    private static void closedBy(StatementTree statement, Set<VarSymbol> closed, VisitorState state) {
        if (statement instanceof ExpressionStatementTree simple) {
            VarSymbol variable = Memory.closedBy(simple.getExpression(), state);
            if (variable != null) {
                closed.add(variable);
            }
        } else if (statement instanceof BlockTree block) {
            block.getStatements().forEach(inner -> closedBy(inner, closed, state));
        } else if (statement instanceof SynchronizedTree guarded) {
            closedBy(guarded.getBlock(), closed, state);
        } else if (statement instanceof TryTree attempt) {
            if (attempt.getFinallyBlock() != null) {
                closedBy(attempt.getFinallyBlock(), closed, state);
            }
            for (Tree resource : attempt.getResources()) {
                VarSymbol variable = Memory.variable(resource);
                if (variable != null && Memory.isOwner(variable.type, state)) {
                    closed.add(variable);
                }
            }
        }
    }

    /** Variables declared before, in the same block of statements, whose memory is the owner's. */
    private static Set<VarSymbol> views(List<? extends StatementTree> before, VarSymbol owner, VisitorState state) {
        Set<VarSymbol> held = new HashSet<>();
        held.add(owner);
        for (StatementTree statement : before) {
            if (statement instanceof VariableTree declared) {
                VarSymbol variable = ASTHelpers.getSymbol(declared);
                boolean isObject = Memory.isView(variable.type, state) || Memory.isOwner(variable.type, state);
                if (isObject && Memory.source(declared.getInitializer(), held, state) != null) {
                    held.add(variable);
                }
            }
        }
        held.remove(owner);
        return held;
    }
}
